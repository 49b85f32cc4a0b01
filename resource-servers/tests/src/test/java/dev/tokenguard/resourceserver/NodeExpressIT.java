package dev.tokenguard.resourceserver;

import dev.tokenguard.resourceserver.ExampleServer.Command;

/** The Node package in an API of Express, with ioredis. */
class NodeExpressIT extends ResourceServerContract {

  @Override
  protected Command command() {
    return Node.example("express.mjs");
  }
}
