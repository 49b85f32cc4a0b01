package dev.tokenguard.gateway;

import dev.tokenguard.checker.AsyncRevocationChecker;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.cache.KeyTracking;
import dev.tokenguard.checker.cache.NearCache;
import dev.tokenguard.gateway.http.ExtAuthz;
import dev.tokenguard.gateway.http.ForwardAuth;
import dev.tokenguard.gateway.http.GatewayMetrics;
import dev.tokenguard.gateway.http.Management;
import dev.tokenguard.gateway.http.Management.Readiness;
import dev.tokenguard.gateway.token.Authorizer;
import dev.tokenguard.gateway.token.SigningKeys;
import dev.tokenguard.gateway.token.TokenValidator;
import dev.tokenguard.gateway.token.TokenVerifier;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.server.GrpcServer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The service: its parts, and its listeners. */
final class GatewayServer implements AutoCloseable {

  private static final Logger LOG = System.getLogger(GatewayServer.class.getName());

  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

  /** For requests in progress when the service stops. */
  private static final Duration TIME_TO_FINISH = Duration.ofSeconds(10);

  /** Besides the token: other headers, if the gateway sends them all. */
  private static final int OTHER_HEADERS_BYTES = 32 * 1024;

  private static final int MAX_REQUEST_LINE_BYTES = 16 * 1024;

  private final Settings settings;
  private final Vertx vertx;
  private final GatewayMetrics metrics = new GatewayMetrics();
  private final Map<String, SigningKeys> issuers = new LinkedHashMap<>();
  private final @Nullable RedisConnection redis;
  private final Authorizer authorizer;
  private final AtomicInteger connections = new AtomicInteger();
  private @Nullable KeyTracking tracking;
  private volatile boolean isStopping;
  private volatile @Nullable String verification;

  GatewayServer(Settings settings) {
    this.settings = settings;
    this.vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
    for (Map.Entry<String, URL> issuer : settings.issuers().entrySet()) {
      issuers.put(issuer.getKey(), signingKeys(issuer.getKey(), issuer.getValue()));
    }
    this.redis =
        settings.enabled ? new RedisConnection(settings.redisUri(), settings.timeout) : null;
    this.authorizer =
        new Authorizer(
            new TokenValidator(settings.algorithms(), issuers),
            revocations(),
            settings.upstreamHeaders(),
            settings.challenge(),
            settings.requiredScopes(),
            settings.limits());
    metrics.gauge(
        "token_guard.undecided",
        "Requests without a decision yet",
        authorizer,
        Authorizer::undecided);
    metrics.gauge(
        "token_guard.connections", "Connections of gateways", connections, AtomicInteger::get);
  }

  private SigningKeys signingKeys(String issuer, URL url) {
    // A thread for each, so that one that does not respond delays no other.
    WorkerExecutor thread =
        vertx.createSharedWorkerExecutor("jwks " + issuer, 1, 1, TimeUnit.MINUTES);
    SigningKeys keys =
        new SigningKeys(
            url,
            settings.jwksTimes(),
            set -> new TokenVerifier(settings.algorithms(), issuer, settings.audiences, set),
            thread,
            Clock.systemUTC(),
            System::nanoTime);
    metrics.gauge(
        "token_guard.jwks.available",
        "1 if the last attempt to read the JWK Set has succeeded",
        keys,
        it -> it.isAvailable() ? 1 : 0,
        "issuer",
        issuer);
    metrics.gauge(
        "token_guard.jwks.age.seconds",
        "Since the JWK Set was read",
        keys,
        it -> it.age().map(Duration::toSeconds).map(Long::doubleValue).orElse(Double.NaN),
        "issuer",
        issuer);
    return keys;
  }

  private Function<TokenClaims, CompletionStage<Verdict>> revocations() {
    RedisConnection connection = redis;
    if (connection == null) {
      return claims -> CompletableFuture.completedStage(new Verdict.Active());
    }
    metrics.gauge(
        "token_guard.redis.available",
        "1 if Redis has replied to the last probe",
        connection,
        it -> it.isAvailable() ? 1 : 0);
    AsyncRevocationChecker checker =
        AsyncRevocationChecker.of(connection, settings.whenUnavailable)
            .withPrefix(settings.keyPrefix);
    if (!settings.cacheTtl.isZero()) {
      NearCache cache = NearCache.of(settings.cacheTtl, settings.cacheSize);
      metrics.counter(
          "token_guard.cache.hits", "Checks without Redis", cache, it -> it.statistics().hits());
      metrics.counter(
          "token_guard.cache.misses", "Checks with Redis", cache, it -> it.statistics().misses());
      metrics.counter(
          "token_guard.cache.evictions",
          "Keys removed because the cache was full",
          cache,
          it -> it.statistics().evictions());
      checker = checker.withCache(cache);
      if (settings.cacheTracking) {
        KeyTracking tracking = connection.track(settings.keyPrefix, cache);
        metrics.gauge(
            "token_guard.cache.tracked",
            "1 while Redis reports changed keys to the cache",
            tracking,
            it -> it.isActive() ? 1 : 0);
        this.tracking = tracking;
      }
    }
    return checker::check;
  }

  /** Returns when all listeners are open. */
  void start() throws Exception {
    tick();
    vertx.setPeriodic(PROBE_INTERVAL.toMillis(), timer -> tick());
    TokenVerifier.warmUp();
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(settings.host)
            .setMaxHeaderSize(settings.maxTokenSize + OTHER_HEADERS_BYTES)
            .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setIdleTimeout((int) settings.idleTimeout.toMillis())
            .setInitialSettings(
                new Http2Settings()
                    .setMaxConcurrentStreams(1000)
                    .setMaxHeaderListSize(settings.maxTokenSize + OTHER_HEADERS_BYTES));
    Management management = new Management(this::readiness, metrics);
    HttpServerOptions managementOptions =
        new HttpServerOptions(options).setPort(settings.managementPort);
    await(
        vertx.deployVerticle(
            () -> new Listener(managementOptions, management, connection -> {}),
            new DeploymentOptions()));
    HttpServerOptions verifyOptions = new HttpServerOptions(options).setPort(settings.port);
    verification =
        await(
            vertx.deployVerticle(
                () -> new Listener(verifyOptions, requests(), this::connected),
                new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors())));
    LOG.log(
        Level.INFO,
        "listening on {0}:{1} for requests and {0}:{2} for health and metrics; issuers {3},"
            + " audiences {4}, revocations {5}",
        settings.host,
        Integer.toString(settings.port),
        Integer.toString(settings.managementPort),
        issuers.keySet(),
        settings.audiences,
        redis == null ? "not checked" : "checked, without Redis " + settings.whenUnavailable);
  }

  private void tick() {
    issuers.values().forEach(SigningKeys::refreshIfDue);
    if (redis != null) {
      redis.probe();
    }
  }

  private Handler<HttpServerRequest> requests() {
    ForwardAuth forwardAuth = new ForwardAuth(authorizer, metrics);
    GrpcServer grpc = new ExtAuthz(authorizer, metrics).server(vertx);
    return request -> {
      String type = request.getHeader("Content-Type");
      boolean isGrpc = type != null && type.startsWith("application/grpc");
      (isGrpc && !request.path().startsWith(ForwardAuth.PATH) ? grpc : forwardAuth).handle(request);
    };
  }

  private void connected(HttpConnection connection) {
    if (connections.incrementAndGet() > settings.maxConnections) {
      connection.close();
    }
    connection.closeHandler(closed -> connections.decrementAndGet());
  }

  private Readiness readiness() {
    Map<String, Boolean> checks = new LinkedHashMap<>();
    boolean hasKeys = issuers.values().stream().allMatch(SigningKeys::isUsable);
    checks.put("jwks", hasKeys);
    boolean isReady = hasKeys && !isStopping;
    if (redis != null) {
      checks.put("redis", redis.isAvailable());
      isReady &= redis.isAvailable() || !settings.readinessRequiresRedis;
    }
    return new Readiness(isReady, checks);
  }

  @Override
  public void close() {
    isStopping = true;
    LOG.log(Level.INFO, "stopping");
    try {
      Thread.sleep(settings.shutdownDelay.toMillis());
      String listeners = verification;
      if (listeners != null) {
        await(vertx.undeploy(listeners));
      }
      await(vertx.close());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException failed) {
      LOG.log(Level.WARNING, "did not stop in order: {0}", Logs.summary(failed));
    }
    if (tracking != null) {
      tracking.close();
    }
    if (redis != null) {
      redis.close();
    }
    metrics.close();
  }

  private static <T> T await(Future<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .get(TIME_TO_FINISH.toMillis() + 1000, TimeUnit.MILLISECONDS);
  }

  /** One per event loop; all of them share the port. */
  private static final class Listener extends VerticleBase {

    private final HttpServerOptions options;
    private final Handler<HttpServerRequest> requests;
    private final Handler<HttpConnection> connections;
    private @Nullable HttpServer server;

    Listener(
        HttpServerOptions options,
        Handler<HttpServerRequest> requests,
        Handler<HttpConnection> connections) {
      this.options = options;
      this.requests = requests;
      this.connections = connections;
    }

    @Override
    public Future<?> start() {
      HttpServer created =
          vertx.createHttpServer(options).requestHandler(requests).connectionHandler(connections);
      server = created;
      return created.listen();
    }

    /** No new connections; requests in progress get their response. */
    @Override
    public Future<?> stop() {
      return server == null
          ? Future.succeededFuture()
          : server.shutdown(TIME_TO_FINISH.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
