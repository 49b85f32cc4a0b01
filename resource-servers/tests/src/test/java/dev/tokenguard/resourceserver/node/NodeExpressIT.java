package dev.tokenguard.resourceserver.node;

import dev.tokenguard.resourceserver.CheckerContract;
import dev.tokenguard.resourceserver.ExampleServer.Command;
import dev.tokenguard.resourceserver.ResourceServerContract;

/** The Node package in an API of Express, with ioredis. */
class NodeExpressIT extends ResourceServerContract implements CheckerContract {

  @Override
  public Command command() {
    return Node.example("express.mjs");
  }
}
