package dev.tokenguard.resourceserver;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import java.nio.file.Path;

/** The checker in an API of the JDK's own HTTP server. */
class JavaIT extends ResourceServerContract implements CheckerContract {

  @Override
  public Command command() {
    return Command.ofJava(
        Path.of("../java/example"),
        // Without it, this server takes 40 ms for each response on a connection that is used again.
        "-Dsun.net.httpserver.nodelay=true",
        "-cp",
        System.getProperty("java.class.path"),
        "OrdersApi.java");
  }
}
