package dev.tokenguard.resourceserver;

import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.DpopKey;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.redis.TestCertificates;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.RedisClient;

/** Keycloak with the JAR and the realm of the demo, and its Redis; one set per JVM. */
public final class Stack {

  /** The audience of the access tokens. */
  public static final String AUDIENCE = "demo-backend";

  private static final String REALM = "demo";
  private static final String CONNECTION = "spi-redis-connection--jedis--";
  private static final String PASSWORD = "correct horse";
  private static final String CERTIFICATE_HEADER = "X-Client-Cert";

  private static Stack shared;

  private final RedisServer redis = RedisServer.start();
  private final RedisClient redisClient = RedisClient.create("127.0.0.1", redis.port());
  private final KeycloakServer keycloak;
  private final AdminApi admin;
  private final String certificate;
  private final AtomicInteger users = new AtomicInteger();

  private Stack() {
    keycloak =
        KeycloakServer.guarded()
            .realm(Path.of(System.getProperty("demo.realm")))
            .option(CONNECTION + "url", "redis://127.0.0.1:" + redis.port())
            // A busy machine is no outage: a revocation is recorded before the response.
            .option(CONNECTION + "connect-timeout", "4000")
            .option(CONNECTION + "read-timeout", "4000")
            .option(CONNECTION + "pool-timeout", "4000")
            // So that a test can present a client certificate as a proxy with TLS does.
            .option("proxy-headers", "xforwarded")
            .option("spi-x509cert-lookup--haproxy--ssl-client-cert", CERTIFICATE_HEADER)
            .start();
    admin = keycloak.admin(REALM);
    try (TestCertificates certificates = TestCertificates.create()) {
      certificate = certificates.issue("device").header("device");
    }
    createClient("orders-app", Map.of("access.token.lifespan", "300"));
    createClient("orders-app-quick", Map.of("access.token.lifespan", "2"));
    createClient("orders-app-dpop", Map.of("dpop.bound.access.tokens", "true"));
    createClient("orders-app-mtls", Map.of("tls.client.certificate.bound.access.tokens", "true"));
  }

  public static synchronized Stack shared() {
    if (shared == null) {
      shared = new Stack();
    }
    return shared;
  }

  private void createClient(String id, Map<String, String> attributes) {
    Map<String, Object> audience =
        Map.of(
            "name", "audience",
            "protocol", "openid-connect",
            "protocolMapper", "oidc-audience-mapper",
            "config",
                Map.of(
                    "included.client.audience", AUDIENCE,
                    "access.token.claim", "true",
                    "id.token.claim", "true"));
    admin
        .post(
            "/clients",
            Map.of(
                "clientId",
                id,
                "publicClient",
                true,
                "directAccessGrantsEnabled",
                true,
                "protocolMappers",
                List.of(audience),
                "attributes",
                attributes))
        .orFail();
  }

  public KeycloakServer keycloak() {
    return keycloak;
  }

  /** The issuer of the access tokens; its metadata are below it. */
  public URI issuer() {
    return keycloak.baseUri().resolve("/realms/" + REALM);
  }

  public int redisPort() {
    return redis.port();
  }

  public RedisClient redis() {
    return redisClient;
  }

  public AdminApi admin() {
    return admin;
  }

  public OidcClient client() {
    return OidcClient.of(keycloak.baseUri(), REALM, "orders-app");
  }

  /** Its access tokens expire after two seconds. */
  public OidcClient quickClient() {
    return OidcClient.of(keycloak.baseUri(), REALM, "orders-app-quick");
  }

  /** Its access tokens are bound to a key (RFC 9449). */
  public OidcClient dpopClient() {
    String endpoint = issuer() + "/protocol/openid-connect/token";
    return OidcClient.of(keycloak.baseUri(), REALM, "orders-app-dpop")
        .withHeader("DPoP", new DpopKey().proofFor("POST", endpoint));
  }

  /** Its access tokens are bound to its certificate (RFC 8705). */
  public OidcClient mtlsClient() {
    return OidcClient.of(keycloak.baseUri(), REALM, "orders-app-mtls")
        .withHeader(CERTIFICATE_HEADER, certificate);
  }

  public User user() {
    String name = "orders-user-" + users.incrementAndGet();
    return new User(name, admin.createUser(name, PASSWORD));
  }

  public record User(String name, String id) {

    public Answer logIn(OidcClient client) {
      return client.login(name, PASSWORD).orFail();
    }
  }
}
