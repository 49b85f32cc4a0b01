package dev.tokenguard.resourceserver.springboot;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import org.junit.jupiter.api.Tag;

/**
 * The starter in an application with Spring WebFlux and the Jedis connection of Spring Data Redis.
 */
@Tag("full")
class SpringBootReactiveJedisIT extends SpringBootContract {

  @Override
  public Command command() {
    return example("reactive", "jedis");
  }
}
