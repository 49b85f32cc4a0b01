package dev.tokenguard.resourceserver.springboot;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import org.junit.jupiter.api.Tag;

/** The starter in the same application with Spring Boot 4. */
@Tag("full")
class SpringBoot4IT extends SpringBootContract {

  @Override
  public Command command() {
    return example("boot-4", "lettuce");
  }
}
