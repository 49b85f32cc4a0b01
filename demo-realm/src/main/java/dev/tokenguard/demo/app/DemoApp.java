package dev.tokenguard.demo.app;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.jedis.JedisLookup;
import dev.tokenguard.demo.api.AccessTokenValidator;
import dev.tokenguard.demo.api.JwtVerifier;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.WebServer;
import dev.tokenguard.demo.web.WebServer.Route;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.OidcClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.RedisClient;

/** The page with the API behind it at one origin, and the thief at another. */
public final class DemoApp implements AutoCloseable {

  private static final String AUDIENCE = "demo-backend";

  private final RedisClient blacklist;
  private final WebServer thief;
  private final WebServer server;

  private DemoApp(RedisClient blacklist, WebServer thief, WebServer server) {
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
    AppClient.ALL.forEach(client -> client.register(admin, page));
    RedisClient blacklist = RedisClient.create(redis);
    WebServer thief =
        WebServer.start(
            new InetSocketAddress(address.getAddress(), address.getPort() + 1),
            Map.of("/loot", new Thief(client -> OidcClient.of(keycloak, realm, client), page)));
    JwtVerifier tokens = JwtVerifier.of(keycloak.resolve("/realms/" + realm), AUDIENCE);
    // Three keys in one round trip; during an outage of Redis, no token is accepted.
    RevocationChecker checker =
        RevocationChecker.of(JedisLookup.of(blacklist), WhenUnavailable.REFUSE);
    AccessTokenValidator validator = new AccessTokenValidator(tokens, checker);
    Account account = new Account(validator, admin);
    Map<String, Object> config =
        Map.of(
            "authority", keycloak.resolve("/realms/" + realm),
            "thief", thief.origin(),
            "clients", AppClient.ALL);
    Map<String, Route> routes =
        Map.of(
            "/",
            new Page(keycloak, thief.origin()),
            "/config.json",
            request -> Reply.json(200, config),
            "/api/orders",
            validator.guarding(DemoApp::orders),
            "/watch",
            account::familyStatus,
            "/account/log-out-everywhere",
            account.logOutEverywhere(),
            "/account/reset-password",
            account.passwordReset());
    return new DemoApp(blacklist, thief, WebServer.start(address, routes));
  }

  /** The protected resource. */
  private static Reply orders(JWTClaimsSet claims) {
    return Reply.json(
        200,
        Map.of(
            "of", String.valueOf(claims.getClaim("preferred_username")),
            "orders", List.of("a padlock", "two keys")));
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
}
