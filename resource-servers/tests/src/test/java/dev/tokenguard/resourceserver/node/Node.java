package dev.tokenguard.resourceserver.node;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import dev.tokenguard.testbed.process.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The Node.js of this machine. */
final class Node {

  private static final int OLDEST = 20;
  static final Path MODULE = Path.of("../node");

  private Node() {}

  /** An example of the Node package. */
  static Command example(String file) {
    return new Command(MODULE.resolve("example"), List.of(executable().toString(), file));
  }

  /** Skips the test without a Node.js that is new enough, or without the packages. */
  static Path executable() {
    Optional<Path> node = Commands.executable("node");
    assumeTrue(
        node.isPresent() && majorVersion(node.get()) >= OLDEST, "There is no Node.js 20 or newer");
    assumeTrue(
        Files.isDirectory(MODULE.resolve("node_modules/express")),
        "The packages of resource-servers/node are not installed: npm ci");
    return node.get();
  }

  /** Of a version like {@code v20.20.2}. */
  private static int majorVersion(Path node) {
    String version = Commands.run(node.toString(), "--version");
    return Integer.parseInt(version.substring(1, version.indexOf('.')));
  }
}
