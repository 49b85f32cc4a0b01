package dev.tokenguard.resourceserver;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import dev.tokenguard.testbed.process.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The Go snippet in an API of net/http, with the packages of Debian. */
class GoIT extends ResourceServerContract implements CheckerContract {

  private static final Path SNIPPET = Path.of("../snippets/go");
  private static final Path PACKAGES = Path.of("/usr/share/gocode");
  private static final Path PROGRAM = Path.of("target/go/orders-api").toAbsolutePath();

  @Override
  public Command command() {
    Optional<Path> go = Commands.executable("go");
    assumeTrue(
        go.isPresent()
            && Files.isDirectory(PACKAGES.resolve("src/github.com/gomodule/redigo"))
            && Files.isDirectory(PACKAGES.resolve("src/github.com/golang-jwt/jwt")),
        "There is no Go, or a package is missing: apt-get install golang-go"
            + " golang-github-gomodule-redigo-dev golang-github-golang-jwt-jwt-dev");
    // Go itself compiles only what has changed.
    Commands.run(
        "env",
        "GO111MODULE=off",
        "GOPATH=" + PACKAGES,
        "GOCACHE=" + PROGRAM.resolveSibling("cache"),
        go.get().toString(),
        "build",
        "-o",
        PROGRAM.toString(),
        SNIPPET.resolve("tokenguard.go").toString(),
        SNIPPET.resolve("orders_api.go").toString());
    return new Command(SNIPPET, List.of(PROGRAM.toString()));
  }

  @Override
  public boolean hasCache() {
    return false;
  }
}
