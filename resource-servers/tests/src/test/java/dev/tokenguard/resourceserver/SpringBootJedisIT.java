package dev.tokenguard.resourceserver;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import org.junit.jupiter.api.Tag;

/** The starter in an application with Spring MVC and the Jedis connection of Spring Data Redis. */
@Tag("full")
class SpringBootJedisIT extends SpringBootContract {

  @Override
  protected Command command() {
    return example("servlet", "jedis");
  }
}
