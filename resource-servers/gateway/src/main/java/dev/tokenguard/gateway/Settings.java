package dev.tokenguard.gateway;

import com.nimbusds.jose.JWSAlgorithm;
import dev.tokenguard.checker.BearerChallenge;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.gateway.token.Authorizer;
import dev.tokenguard.gateway.token.Scopes;
import dev.tokenguard.gateway.token.SigningKeys;
import dev.tokenguard.gateway.token.UpstreamHeaders;
import io.lettuce.core.RedisURI;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options of the command line; each is also an environment variable. */
@SuppressWarnings("NullAway.Init") // picocli sets them all
final class Settings {

  /** Asymmetric only: a public key must never be used as a secret (RFC 8725, section 3.1). */
  private static final Pattern ALGORITHM = Pattern.compile("(RS|PS|ES)(256|384|512)");

  /** A field name of HTTP (RFC 9110, section 5.6.2). */
  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "Address to listen on. Only gateways should reach it. Default: ${DEFAULT-VALUE}")
  String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8181",
      description =
          "Port for HTTP (/verify) and for gRPC without TLS. 1 to 65535. Default: ${DEFAULT-VALUE}")
  int port;

  @Option(
      names = "--management-port",
      paramLabel = "PORT",
      defaultValue = "9181",
      description =
          "Port for /health/live, /health/ready and /metrics. 1 to 65535. Default: ${DEFAULT-VALUE}")
  int managementPort;

  @Option(
      names = "--issuer",
      paramLabel = "URL[=URL]",
      required = true,
      split = ",",
      description = {
        "Issuer whose access tokens are accepted, exactly as in iss; required, several are possible.",
        "After =, the address of its JWK Set, if it is not ISSUER/protocol/openid-connect/certs"
      })
  private List<String> issuers;

  @Option(
      names = "--audience",
      paramLabel = "NAME",
      required = true,
      split = ",",
      description = "The aud of an access token has one of these; required, several are possible")
  Set<String> audiences;

  @Option(
      names = "--algorithms",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,ES512",
      description = "Accepted signature algorithms. Default: ${DEFAULT-VALUE}")
  private List<String> algorithms;

  @Option(
      names = "--required-scope",
      paramLabel = "SCOPE",
      split = ",",
      defaultValue = "",
      description =
          "Scopes that each access token needs, otherwise 403; a gateway can add others per route. Default: none")
  private List<String> requiredScopes;

  @Option(
      names = "--realm",
      paramLabel = "NAME",
      defaultValue = "api",
      description = "Realm in WWW-Authenticate. Printable ASCII. Default: ${DEFAULT-VALUE}")
  private String realm;

  @Option(
      names = "--header",
      paramLabel = "NAME=CLAIM",
      split = ",",
      defaultValue = "X-Token-Subject=sub,X-Token-Client=azp,X-Token-Scope=scope",
      description =
          "Headers for the API, and the claims that they have. Replaces the default: ${DEFAULT-VALUE}")
  private List<String> headers;

  @Option(
      names = "--max-token-size",
      paramLabel = "BYTES",
      defaultValue = "8192",
      description = "A longer token is refused. 512 to 65536. Default: ${DEFAULT-VALUE}")
  int maxTokenSize;

  @Option(
      names = "--enabled",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "true",
      description =
          "Whether tokens are looked up in Redis. With false, a revoked token is accepted until it expires. Default: ${DEFAULT-VALUE}")
  boolean enabled;

  // Without DEFAULT-VALUE, which would print a password from the environment.
  @Option(
      names = "--redis",
      paramLabel = "URL",
      defaultValue = "redis://127.0.0.1:6379",
      description = {
        "redis://user:password@host:6379/0, rediss:// with TLS, or",
        "redis-sentinel://password@host1:26379,host2:26379/0#master. Use the environment variable",
        "for a password. Default: redis://127.0.0.1:6379"
      })
  private String redis;

  @Option(
      names = "--key-prefix",
      paramLabel = "TEXT",
      defaultValue = "tg:",
      description = "Setting key-prefix of the connection in Keycloak. Default: ${DEFAULT-VALUE}")
  String keyPrefix;

  @Option(
      names = "--when-unavailable",
      paramLabel = "refuse|accept",
      defaultValue = "refuse",
      description =
          "Without Redis: refuse with 503, or accept valid tokens, revoked ones included. Default: ${DEFAULT-VALUE}")
  WhenUnavailable whenUnavailable;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "100ms",
      description =
          "For connecting to Redis, and for its reply. 10ms to 10s. Default: ${DEFAULT-VALUE}")
  Duration timeout;

  @Option(
      names = "--cache-ttl",
      paramLabel = "TIME",
      defaultValue = "0s",
      description =
          "How long the result of a lookup is used, which is the delay of a revocation; 0s: no cache. Up to 5m. Default: ${DEFAULT-VALUE}")
  Duration cacheTtl;

  @Option(
      names = "--cache-size",
      paramLabel = "NUMBER",
      defaultValue = "100000",
      description =
          "Keys in the cache, three per token, about 200 bytes each. 1 to 10000000. Default: ${DEFAULT-VALUE}")
  int cacheSize;

  @Option(
      names = "--cache-tracking",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "true",
      description =
          "Whether Redis reports changed keys to the cache, so that a revocation takes effect at once. The ACL user needs +client|tracking. Default: ${DEFAULT-VALUE}")
  boolean cacheTracking;

  @Option(
      names = "--readiness-requires-redis",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "false",
      description = "Whether /health/ready is 503 without Redis. Default: ${DEFAULT-VALUE}")
  boolean readinessRequiresRedis;

  @Option(
      names = "--jwks-refresh",
      paramLabel = "TIME",
      defaultValue = "5m",
      description =
          "How often the JWK Set is read. Until then, a removed key is accepted. 1s to 1d. Default: ${DEFAULT-VALUE}")
  private Duration jwksRefresh;

  @Option(
      names = "--jwks-min-interval",
      paramLabel = "TIME",
      defaultValue = "5s",
      description =
          "Between two attempts to read it because a token has an unknown key. 100ms to 5m. Default: ${DEFAULT-VALUE}")
  private Duration jwksMinInterval;

  @Option(
      names = "--jwks-outage",
      paramLabel = "TIME",
      defaultValue = "1h",
      description =
          "How long the last JWK Set is used after --jwks-refresh while it cannot be read; then 503. 0s to 30d. Default: ${DEFAULT-VALUE}")
  private Duration jwksOutage;

  @Option(
      names = "--request-timeout",
      paramLabel = "TIME",
      defaultValue = "1s",
      description = "For a decision as a whole; then 503. 50ms to 30s. Default: ${DEFAULT-VALUE}")
  private Duration requestTimeout;

  @Option(
      names = "--max-requests",
      paramLabel = "NUMBER",
      defaultValue = "1000",
      description =
          "Decisions at the same time; more get 503. 1 to 100000. Default: ${DEFAULT-VALUE}")
  private int maxRequests;

  @Option(
      names = "--max-connections",
      paramLabel = "NUMBER",
      defaultValue = "2000",
      description =
          "Connections of gateways at the same time; more are closed. 1 to 100000. Default: ${DEFAULT-VALUE}")
  int maxConnections;

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      defaultValue = "75s",
      description =
          "After which an unused connection is closed. 1s to 1h. Longer than that of the gateway. Default: ${DEFAULT-VALUE}")
  Duration idleTimeout;

  @Option(
      names = "--shutdown-delay",
      paramLabel = "TIME",
      defaultValue = "0s",
      description =
          "After SIGTERM, how long requests are served with /health/ready at 503. Up to 5m. Default: ${DEFAULT-VALUE}")
  Duration shutdownDelay;

  @Option(
      names = "--log-level",
      paramLabel = "error|warning|info|debug",
      defaultValue = "info",
      description = "debug has a line for each revoked token. Default: ${DEFAULT-VALUE}")
  LogLevel logLevel;

  enum LogLevel {
    ERROR(Level.SEVERE),
    WARNING(Level.WARNING),
    INFO(Level.INFO),
    DEBUG(Level.FINE);

    final Level level;

    LogLevel(Level level) {
      this.level = level;
    }
  }

  /** A setting out of its range, as the message for the operator. */
  static final class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    InvalidSettingException(String message) {
      super(message);
    }
  }

  /** Checks what picocli does not. */
  void check() {
    range("--port", port, 1, 65535);
    range("--management-port", managementPort, 1, 65535);
    range("--max-token-size", maxTokenSize, 512, 65536);
    range("--cache-size", cacheSize, 1, 10_000_000);
    range("--max-requests", maxRequests, 1, 100_000);
    range("--max-connections", maxConnections, 1, 100_000);
    range("--timeout", timeout, Duration.ofMillis(10), Duration.ofSeconds(10));
    range("--cache-ttl", cacheTtl, Duration.ZERO, Duration.ofMinutes(5));
    range("--jwks-refresh", jwksRefresh, Duration.ofSeconds(1), Duration.ofDays(1));
    range("--jwks-min-interval", jwksMinInterval, Duration.ofMillis(100), Duration.ofMinutes(5));
    range("--jwks-outage", jwksOutage, Duration.ZERO, Duration.ofDays(30));
    range("--request-timeout", requestTimeout, Duration.ofMillis(50), Duration.ofSeconds(30));
    range("--idle-timeout", idleTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
    range("--shutdown-delay", shutdownDelay, Duration.ZERO, Duration.ofMinutes(5));
    if (audiences.stream().anyMatch(String::isBlank)) {
      throw new InvalidSettingException(
          "--audience is empty. Write a name of the aud of the tokens");
    }
    if (!Scopes.areValid(requiredScopes())) {
      throw new InvalidSettingException("--required-scope has characters that no scope has");
    }
    issuers();
    algorithms();
    upstreamHeaders();
    challenge();
    redisUri();
  }

  private static <T extends Comparable<T>> void range(String option, T value, T least, T most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new InvalidSettingException(
          option + " is " + text(value) + ". Use " + text(least) + " to " + text(most));
    }
  }

  private static String text(Object value) {
    return value instanceof Duration time ? DurationConverter.text(time) : value.toString();
  }

  /** The address of the JWK Set of each issuer. */
  Map<String, URL> issuers() {
    Map<String, URL> urls = new LinkedHashMap<>();
    for (String text : issuers) {
      // An issuer has neither query nor fragment (OpenID Connect Discovery 1.0, section 3).
      int sign = text.indexOf('=');
      String issuer = sign < 0 ? text : text.substring(0, sign);
      String keys = sign < 0 ? issuer + "/protocol/openid-connect/certs" : text.substring(sign + 1);
      url(issuer);
      urls.put(issuer, url(keys));
    }
    return urls;
  }

  private static URL url(String text) {
    try {
      URL url = URI.create(text).toURL();
      if (url.getProtocol().startsWith("http") && !url.getHost().isEmpty()) {
        return url;
      }
    } catch (IllegalArgumentException | MalformedURLException notAUrl) {
      // As below.
    }
    throw new InvalidSettingException(
        "--issuer has " + text + ", which is not an address. Write https://host/realms/name");
  }

  Set<JWSAlgorithm> algorithms() {
    Set<JWSAlgorithm> chosen = new LinkedHashSet<>();
    for (String name : algorithms) {
      if (!ALGORITHM.matcher(name.strip()).matches()) {
        throw new InvalidSettingException(
            "--algorithms has " + name + ". Use RS, PS or ES with 256, 384 or 512");
      }
      chosen.add(JWSAlgorithm.parse(name.strip()));
    }
    return chosen;
  }

  UpstreamHeaders upstreamHeaders() {
    Map<String, String> claims = new LinkedHashMap<>();
    for (String header : headers) {
      int sign = header.indexOf('=');
      String name = header.substring(0, Math.max(sign, 0)).strip();
      if (!HEADER_NAME.matcher(name).matches() || sign == header.length() - 1) {
        throw new InvalidSettingException(
            "--header has " + header + ". Write NAME=CLAIM, for example X-Token-Subject=sub");
      }
      claims.put(name, header.substring(sign + 1).strip());
    }
    return new UpstreamHeaders(claims);
  }

  BearerChallenge challenge() {
    try {
      return BearerChallenge.ofRealm(realm);
    } catch (IllegalArgumentException notAscii) {
      throw new InvalidSettingException("--realm has other characters than printable ASCII");
    }
  }

  RedisURI redisUri() {
    try {
      return RedisURI.create(redis);
    } catch (IllegalArgumentException notAUrl) {
      // Without the text, which may have a password.
      throw new InvalidSettingException(
          "--redis is not an address of Redis. Write for example redis://127.0.0.1:6379");
    }
  }

  Set<String> requiredScopes() {
    return Scopes.of(String.join(" ", requiredScopes));
  }

  SigningKeys.Times jwksTimes() {
    return new SigningKeys.Times(jwksRefresh, jwksMinInterval, jwksOutage);
  }

  Authorizer.Limits limits() {
    return new Authorizer.Limits(maxTokenSize, maxRequests, requestTimeout);
  }
}
