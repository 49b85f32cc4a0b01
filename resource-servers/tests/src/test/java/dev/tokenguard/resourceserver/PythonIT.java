package dev.tokenguard.resourceserver;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The Python snippet in an API of Flask, with the packages of Debian. */
class PythonIT extends ResourceServerContract implements CheckerContract {

  private static final String PYTHON = "/usr/bin/python3";

  @Override
  public Command command() {
    assumeTrue(
        hasPackages(),
        "The Python of the system lacks flask, jwt, cryptography or redis: apt-get install"
            + " python3-flask python3-jwt python3-cryptography python3-redis");
    // No folder with compiled files beside the sources.
    return new Command(Path.of("../snippets/python"), List.of(PYTHON, "-B", "orders_api.py"));
  }

  private static boolean hasPackages() {
    try {
      Process python =
          new ProcessBuilder(PYTHON, "-c", "import flask, jwt, cryptography, redis")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return python.waitFor() == 0;
    } catch (IOException missing) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean hasCache() {
    return false;
  }
}
