package dev.tokenguard.demo.thief;

import dev.tokenguard.demo.web.WebServer;
import dev.tokenguard.testbed.client.OidcClient;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.function.Function;

/** The server of the thief. */
public final class ThiefServer implements AutoCloseable {

  private final WebServer server;

  private ThiefServer(WebServer server) {
    this.server = server;
  }

  public static ThiefServer start(
      InetSocketAddress address, Function<String, OidcClient> clients, URI victims) {
    return new ThiefServer(WebServer.start(address, Map.of("/loot", new Thief(clients, victims))));
  }

  public URI origin() {
    return server.origin();
  }

  @Override
  public void close() {
    server.close();
  }
}
