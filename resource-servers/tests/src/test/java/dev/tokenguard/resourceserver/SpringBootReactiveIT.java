package dev.tokenguard.resourceserver;

import dev.tokenguard.resourceserver.ExampleServer.Command;

/**
 * The starter in an application with Spring WebFlux and the Lettuce connection of Spring Data
 * Redis.
 */
class SpringBootReactiveIT extends SpringBootContract {

  @Override
  protected Command command() {
    return example("reactive", "lettuce");
  }
}
