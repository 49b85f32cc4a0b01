package dev.tokenguard.demo.app;

import dev.tokenguard.demo.account.AccountActions;
import dev.tokenguard.demo.account.FamilyStatus;
import dev.tokenguard.demo.api.AccessTokenValidator;
import dev.tokenguard.demo.api.Blacklist;
import dev.tokenguard.demo.api.JwtVerifier;
import dev.tokenguard.demo.api.Orders;
import dev.tokenguard.demo.api.ProtectedRoute;
import dev.tokenguard.demo.thief.ThiefServer;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Route;
import dev.tokenguard.demo.web.WebServer;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.OidcClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;

/** The page with the API behind it at one origin, and the thief at another. */
public final class DemoApp implements AutoCloseable {

  private static final String AUDIENCE = "demo-backend";

  private final Blacklist blacklist;
  private final ThiefServer thief;
  private final WebServer server;

  private DemoApp(Blacklist blacklist, ThiefServer thief, WebServer server) {
    this.blacklist = blacklist;
    this.thief = thief;
    this.server = server;
  }

  /** Starts on a port of 127.0.0.1. */
  public static DemoApp start(URI keycloak, String realm, AdminApi admin, URI redis, int port) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return start(keycloak, realm, admin, redis, new InetSocketAddress(loopback, port));
  }

  /**
   * @param keycloak its base address
   * @param admin an administrator of the realm
   * @param redis the Redis with the blacklist
   * @param address the address of the page; the thief uses the next port
   */
  public static DemoApp start(
      URI keycloak, String realm, AdminApi admin, URI redis, InetSocketAddress address) {
    URI page = URI.create("http://127.0.0.1:" + address.getPort());
    new AppRegistration(admin).at(page);
    Blacklist blacklist = Blacklist.at(redis);
    ThiefServer thief =
        ThiefServer.start(
            new InetSocketAddress(address.getAddress(), address.getPort() + 1),
            client -> OidcClient.of(keycloak, realm, client),
            page);
    URI issuer = keycloak.resolve("/realms/" + realm);
    Map<String, Route> routes = routes(issuer, blacklist, admin, thief.origin(), keycloak);
    return new DemoApp(blacklist, thief, WebServer.start(address, routes));
  }

  public URI origin() {
    return server.origin();
  }

  @Override
  public void close() {
    server.close();
    thief.close();
    blacklist.close();
  }

  private static Map<String, Route> routes(
      URI issuer, Blacklist blacklist, AdminApi admin, URI thief, URI keycloak) {
    JwtVerifier tokens = JwtVerifier.of(issuer, AUDIENCE);
    AccessTokenValidator validator = new AccessTokenValidator(tokens, blacklist.checker());
    AccountActions actions = new AccountActions(validator, admin);
    Map<String, Object> config =
        Map.of("authority", issuer, "thief", thief, "clients", AppClient.ALL);
    return Map.of(
        "/",
        new Page(keycloak, thief),
        "/config.json",
        request -> Reply.json(200, config),
        "/api/orders",
        new ProtectedRoute(validator, new Orders()),
        "/watch",
        new FamilyStatus(tokens, validator, admin),
        "/account/log-out-everywhere",
        posted(actions.logOutEverywhere()),
        "/account/reset-password",
        posted(actions.passwordReset()));
  }

  private static Route posted(Route route) {
    return request -> request.method().equals("POST") ? route.answer(request) : Reply.of(405);
  }
}
