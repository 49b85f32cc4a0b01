package dev.tokenguard.resourceserver.springboot;

import dev.tokenguard.resourceserver.ExampleServer.Command;

/**
 * The starter in an application with Spring MVC and the Lettuce connection of Spring Data Redis.
 */
class SpringBootIT extends SpringBootContract {

  @Override
  public Command command() {
    return example("servlet", "lettuce");
  }
}
