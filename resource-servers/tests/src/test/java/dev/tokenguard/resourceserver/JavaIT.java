package dev.tokenguard.resourceserver;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import java.nio.file.Path;
import java.util.List;

/** The checker in an API of the JDK's own HTTP server. */
class JavaIT extends ResourceServerContract {

  @Override
  protected Command command() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    // Without it, this server takes 40 ms for each response on a connection that is used again.
    String options = "-Dsun.net.httpserver.nodelay=true";
    return new Command(
        Path.of("../java/example"), List.of(java, options, "-cp", classPath, "OrdersApi.java"));
  }
}
