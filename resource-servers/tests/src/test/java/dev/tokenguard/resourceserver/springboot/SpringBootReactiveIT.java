package dev.tokenguard.resourceserver.springboot;

import dev.tokenguard.resourceserver.ExampleServer.Command;

/**
 * The starter in an application with Spring WebFlux and the Lettuce connection of Spring Data
 * Redis.
 */
class SpringBootReactiveIT extends SpringBootContract {

  @Override
  public Command command() {
    return example("reactive", "lettuce");
  }
}
