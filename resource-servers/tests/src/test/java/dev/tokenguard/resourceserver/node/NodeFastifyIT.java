package dev.tokenguard.resourceserver.node;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import dev.tokenguard.resourceserver.ResourceServerContract;

/** The Node package in an API of Fastify, with node-redis. */
class NodeFastifyIT extends ResourceServerContract {

  @Override
  public Command command() {
    return Node.example("fastify.mjs");
  }
}
