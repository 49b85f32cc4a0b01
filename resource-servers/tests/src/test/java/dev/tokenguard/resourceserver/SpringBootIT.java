package dev.tokenguard.resourceserver;

import dev.tokenguard.resourceserver.ExampleServer.Command;

/**
 * The starter in an application with Spring MVC and the Lettuce connection of Spring Data Redis.
 */
class SpringBootIT extends SpringBootContract {

  @Override
  protected Command command() {
    return example("servlet", "lettuce");
  }
}
