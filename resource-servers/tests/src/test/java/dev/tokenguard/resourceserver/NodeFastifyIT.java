package dev.tokenguard.resourceserver;

import dev.tokenguard.resourceserver.ExampleServer.Command;

/** The Node package in an API of Fastify, with node-redis. */
class NodeFastifyIT extends ResourceServerContract {

  @Override
  protected Command command() {
    return Node.example("fastify.mjs");
  }
}
