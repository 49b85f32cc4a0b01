package dev.tokenguard.resourceserver;

import dev.tokenguard.resourceserver.ExampleServer.Command;

/**
 * The starter in an application with Spring WebFlux and the Jedis connection of Spring Data Redis.
 */
class SpringBootReactiveJedisIT extends SpringBootContract {

  @Override
  protected Command command() {
    return example("reactive", "jedis");
  }
}
