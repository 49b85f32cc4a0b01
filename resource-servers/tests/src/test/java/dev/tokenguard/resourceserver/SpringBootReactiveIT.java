package dev.tokenguard.resourceserver;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import org.junit.jupiter.api.Tag;

/**
 * The starter in an application with Spring WebFlux and the Lettuce connection of Spring Data
 * Redis.
 */
@Tag("full")
class SpringBootReactiveIT extends SpringBootContract {

  @Override
  protected Command command() {
    return example("reactive", "lettuce");
  }
}
