package dev.tokenguard.resourceserver;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import org.junit.jupiter.api.Tag;

/**
 * The starter in an application with Spring WebFlux and the Jedis connection of Spring Data Redis.
 */
@Tag("full")
class SpringBootReactiveJedisIT extends SpringBootContract {

  @Override
  protected Command command() {
    return example("reactive", "jedis");
  }
}
