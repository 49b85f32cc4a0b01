package dev.tokenguard.gateway.token;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The JWK Set of an issuer. A request uses the set that was read last; only a thread of its own
 * reads it, so that a slow issuer delays nothing else.
 *
 * <p>It is read again when it is older than {@link Times#refresh}, and when a token has a key id
 * that is not in it, but not more often than {@link Times#minInterval}: anyone can invent key ids.
 */
public final class SigningKeys {

  private static final Logger LOG = System.getLogger(SigningKeys.class.getName());

  /** Of a request for the set, for each of: connecting, and reading. */
  private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(2);

  private static final int MAX_BYTES = 256 * 1024;

  /** Before the first set was read. */
  private static final Duration FIRST_INTERVAL = Duration.ofSeconds(1);

  /**
   * When the set is read.
   *
   * @param refresh from one reading to the next
   * @param minInterval between two attempts
   * @param outage how long a set is used after {@code refresh} while the issuer is unavailable
   */
  public record Times(Duration refresh, Duration minInterval, Duration outage) {}

  /**
   * A set, and when it was requested.
   *
   * @param at to compare with the times in tokens
   * @param nanos the same by {@link #nanoTime}, for its age: the clock can be set
   */
  record Snapshot(JWKSet keys, Instant at, long nanos, TokenVerifier verifier) {

    boolean has(@Nullable String keyId) {
      return keyId == null || keys.getKeyByKeyId(keyId) != null;
    }
  }

  private final URL url;
  private final Times times;
  private final Function<JWKSet, TokenVerifier> verifiers;
  private final WorkerExecutor thread;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final JWKSetSource<SecurityContext> source;

  private volatile @Nullable Snapshot snapshot;
  private volatile boolean isAvailable = true;
  private @Nullable Long lastAttempt;
  private @Nullable Future<Snapshot> running;

  public SigningKeys(
      URL url,
      Times times,
      Function<JWKSet, TokenVerifier> verifiers,
      WorkerExecutor thread,
      Clock clock,
      LongSupplier nanoTime) {
    this.url = url;
    this.times = times;
    this.verifiers = verifiers;
    this.thread = thread;
    this.clock = clock;
    this.nanoTime = nanoTime;
    int timeout = (int) FETCH_TIMEOUT.toMillis();
    this.source =
        new URLBasedJWKSetSource<>(url, new DefaultResourceRetriever(timeout, timeout, MAX_BYTES));
  }

  /** The set to use now; empty before the first reading, and after a long outage. */
  Optional<Snapshot> current() {
    Snapshot known = snapshot;
    if (known == null || age(known).compareTo(times.refresh.plus(times.outage)) > 0) {
      return Optional.empty();
    }
    return Optional.of(known);
  }

  /** Whether tokens can be verified now. */
  public boolean isUsable() {
    return current().isPresent();
  }

  /** Empty before the first reading. */
  public Optional<Duration> age() {
    return Optional.ofNullable(snapshot).map(this::age);
  }

  private Duration age(Snapshot known) {
    return since(known.nanos);
  }

  private Duration since(long nanos) {
    return Duration.ofNanos(nanoTime.getAsLong() - nanos);
  }

  /** Whether the last attempt to read the set has succeeded. */
  public boolean isAvailable() {
    return isAvailable;
  }

  /** Reads the set if it is time to; to be called about once a second. */
  public void refreshIfDue() {
    Snapshot known = snapshot;
    if (known == null || age(known).compareTo(times.refresh) >= 0) {
      refresh().onComplete(result -> {});
    }
  }

  /**
   * Reads the set, unless it was attempted shortly before. Callers at the same time share one
   * attempt.
   *
   * @return fails if the set was not read, for either reason
   */
  synchronized Future<Snapshot> refresh() {
    if (running != null) {
      return running;
    }
    Duration interval = snapshot == null ? FIRST_INTERVAL : times.minInterval;
    if (lastAttempt != null && since(lastAttempt).compareTo(interval) < 0) {
      return Future.failedFuture("the JWK Set was read less than " + interval + " ago");
    }
    Instant now = clock.instant();
    long nanos = nanoTime.getAsLong();
    lastAttempt = nanos;
    Future<Snapshot> attempt = thread.executeBlocking(() -> read(now, nanos), false);
    running = attempt;
    attempt.onComplete(result -> finished(attempt));
    return attempt;
  }

  private synchronized void finished(Future<Snapshot> attempt) {
    if (running == attempt) {
      running = null;
    }
  }

  private Snapshot read(Instant now, long nanos) throws KeySourceException {
    try {
      JWKSet all =
          source.getJWKSet(JWKSetCacheRefreshEvaluator.forceRefresh(), now.toEpochMilli(), null);
      JWKSet keys = Objects.requireNonNull(all).toPublicJWKSet();
      if (keys.isEmpty()) {
        throw new KeySourceException("there is no public key in it");
      }
      Snapshot read = new Snapshot(keys, now, nanos, verifiers.apply(keys));
      report(snapshot, read);
      snapshot = read;
      isAvailable = true;
      return read;
    } catch (KeySourceException | RuntimeException failed) {
      if (isAvailable) {
        LOG.log(
            Level.WARNING,
            "cannot read the JWK Set "
                + url
                + ". It is tried again; check --issuer and the network",
            failed);
      }
      isAvailable = false;
      throw failed;
    }
  }

  private void report(@Nullable Snapshot before, Snapshot now) {
    if (before == null || !isAvailable || !keyIds(before).equals(keyIds(now))) {
      LOG.log(Level.INFO, "JWK Set {0}: keys {1}", url, keyIds(now));
    }
  }

  private static Set<String> keyIds(Snapshot snapshot) {
    Set<String> ids = new TreeSet<>();
    snapshot.keys.getKeys().forEach(key -> ids.add(String.valueOf(key.getKeyID())));
    return ids;
  }
}
