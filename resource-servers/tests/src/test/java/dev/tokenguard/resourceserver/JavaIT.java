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
    return new Command(
        Path.of("../java/example"), List.of(java, "-cp", classPath, "OrdersApi.java"));
  }
}
