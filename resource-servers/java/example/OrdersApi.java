import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tokenguard.checker.BearerChallenge;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.cache.NearCache;
import dev.tokenguard.checker.jedis.JedisLookup;
import dev.tokenguard.checker.jedis.JedisTracking;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;

/** An API that accepts access tokens of one realm until they expire or are revoked. */
class OrdersApi {

  private final BearerChallenge challenge = BearerChallenge.ofRealm("orders");
  private final DefaultJWTProcessor<SecurityContext> tokens = new DefaultJWTProcessor<>();
  private final RevocationChecker checker;

  /** Off for a comparison. */
  private final boolean isChecked = !"off".equals(System.getenv("CHECK"));

  OrdersApi(String issuer, String audience, RevocationChecker checker) throws IOException {
    this.checker = checker;
    tokens.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            JWSAlgorithm.RS256,
            JWKSourceBuilder.create(URI.create(issuer + "/protocol/openid-connect/certs").toURL())
                .retrying(true)
                .build()));
    // Not an ID token, and not a token whose proof of a key would have to be validated first (RFC
    // 9449, section 7.1).
    DefaultJWTClaimsVerifier<SecurityContext> claims =
        new DefaultJWTClaimsVerifier<>(
            Set.of(audience),
            new JWTClaimsSet.Builder().issuer(issuer).claim("typ", "Bearer").build(),
            Set.of("exp", "iat", "jti", "sub"),
            Set.of("cnf"));
    claims.setMaxClockSkew(0);
    tokens.setJWTClaimsSetVerifier(claims);
  }

  public static void main(String[] arguments) throws IOException {
    OrdersApi api =
        new OrdersApi(System.getenv("ISSUER"), System.getenv("AUDIENCE"), createChecker());
    int port = Integer.parseInt(System.getenv("PORT"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/orders", api::answer);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
  }

  private static RevocationChecker createChecker() {
    URI redisUrl = URI.create(System.getenv("REDIS_URL"));
    HostAndPort address = new HostAndPort(redisUrl.getHost(), redisUrl.getPort());
    int timeoutMillis = Integer.parseInt(System.getenv().getOrDefault("TIMEOUT", "100"));
    JedisClientConfig config =
        DefaultJedisClientConfig.builder().timeoutMillis(timeoutMillis).build();
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(8);
    pool.setMaxWait(Duration.ofMillis(timeoutMillis));
    RedisClient redis =
        RedisClient.builder().hostAndPort(address).clientConfig(config).poolConfig(pool).build();
    RevocationChecker checker =
        RevocationChecker.of(
            JedisLookup.of(redis),
            WhenUnavailable.valueOf(System.getenv("WHEN_UNAVAILABLE").toUpperCase()));
    Duration timeToLive = Duration.ofMillis(Long.parseLong(System.getenv("CACHE_TTL")));
    if (timeToLive.isZero()) {
      return checker;
    }
    NearCache cache = NearCache.of(timeToLive, 100_000);
    JedisTracking.start(() -> address, config, "tg:", cache);
    return checker.withCache(cache);
  }

  private void answer(HttpExchange request) throws IOException {
    String header = request.getRequestHeaders().getFirst("Authorization");
    if (header == null || !header.startsWith("Bearer ")) {
      refuse(request, 401, "WWW-Authenticate", challenge.missing());
      return;
    }
    JWTClaimsSet claims;
    try {
      claims = tokens.process(header.substring("Bearer ".length()), null);
    } catch (ExpiredJWTException expired) {
      refuse(request, 401, "WWW-Authenticate", challenge.expired());
      return;
    } catch (Exception invalid) {
      refuse(request, 401, "WWW-Authenticate", challenge.invalidToken("The token is not valid"));
      return;
    }
    Verdict verdict =
        isChecked ? checker.check(TokenClaims.of(claims.getClaims())) : new Verdict.Active();
    if (verdict.isAccepted()) {
      byte[] orders = "[]".getBytes();
      request.sendResponseHeaders(200, orders.length);
      request.getResponseBody().write(orders);
      request.close();
    } else if (verdict instanceof Verdict.Unknown) {
      refuse(request, 503, "Retry-After", "1");
    } else {
      refuse(request, 401, "WWW-Authenticate", challenge.revoked());
    }
  }

  private static void refuse(HttpExchange request, int status, String header, String value)
      throws IOException {
    request.getResponseHeaders().set(header, value);
    request.sendResponseHeaders(status, -1);
    request.close();
  }
}
