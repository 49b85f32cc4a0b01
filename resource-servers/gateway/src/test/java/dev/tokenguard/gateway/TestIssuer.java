package dev.tokenguard.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import dev.tokenguard.testbed.server.LoopbackHttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An issuer with a JWK Set, for what a real Keycloak cannot be made to do. */
final class TestIssuer implements AutoCloseable {

  static final String AUDIENCE = "orders";

  private final AtomicInteger fetches = new AtomicInteger();
  private volatile ECKey key = newKey("first");
  private volatile int status = 200;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private final LoopbackHttpServer server = new LoopbackHttpServer(this::respond);

  String issuer() {
    return server.uri() + "/realms/test";
  }

  int fetches() {
    return fetches.get();
  }

  void rotate(String keyId) {
    key = newKey(keyId);
  }

  /** All further requests get this status. */
  void failWith(int other) {
    status = other;
  }

  /** All further requests wait. */
  void hold() {
    gate = new CountDownLatch(1);
  }

  void release() {
    gate.countDown();
  }

  JWTClaimsSet.Builder claims() {
    Instant now = Instant.now();
    return new JWTClaimsSet.Builder()
        .issuer(issuer())
        .audience(AUDIENCE)
        .subject("user-1")
        .jwtID("token-1")
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plus(Duration.ofMinutes(5))))
        .claim("sid", "session-1")
        .claim("azp", "app")
        .claim("typ", "Bearer")
        .claim("scope", "openid orders:read");
  }

  String token() {
    return sign(claims().build());
  }

  String sign(JWTClaimsSet claims) {
    return sign(claims, JOSEObjectType.JWT);
  }

  String sign(JWTClaimsSet claims, JOSEObjectType type) {
    return sign(claims, type, key);
  }

  static String sign(JWTClaimsSet claims, JOSEObjectType type, ECKey key) {
    try {
      JWSHeader header =
          new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).type(type).build();
      SignedJWT token = new SignedJWT(header, claims);
      token.sign(new ECDSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  ECKey key() {
    return key;
  }

  static ECKey newKey(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).keyUse(KeyUse.SIGNATURE).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private void respond(HttpExchange request) throws IOException {
    fetches.incrementAndGet();
    try {
      gate.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    byte[] body = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
    LoopbackHttpServer.respond(request, status, "application/json", body);
  }

  @Override
  public void close() {
    release();
    server.close();
  }
}
