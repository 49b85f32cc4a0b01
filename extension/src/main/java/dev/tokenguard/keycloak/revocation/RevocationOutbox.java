package dev.tokenguard.keycloak.revocation;

import static java.util.Objects.requireNonNull;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.StartupRecovery.Page;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.rotation.StoreUnavailableException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.timer.TimerProvider;

/**
 * The revocations of this node that are not recorded in Redis. Each is retried after one second,
 * two, four and so on up to a minute, and at once after the recovery of Redis, until it is
 * delivered or all tokens that it covers have expired.
 *
 * <p>They are also written to Keycloak's own list of revoked tokens, in the database, under ids
 * that no token has, so a restart does not lose them. If there are more than the memory holds, all
 * are read from the database, page by page as the memory becomes free, and each is delivered once.
 * This includes those that were delivered before, because Keycloak's list cannot remove them.
 */
public final class RevocationOutbox {

  private static final Logger LOG = Logger.getLogger(RevocationOutbox.class);

  private static final int TICK_MILLIS = 1000;
  private static final int MAX_DELAY_MILLIS = 60_000;

  /** After this number of consecutive failures, the rest waits for the next tick. */
  private static final int OUTAGE = 3;

  /**
   * The rest waits for the next tick, because Keycloak has one thread for all its timers: the
   * heartbeat and Keycloak's own tasks wait meanwhile, and each try is a transaction.
   */
  private static final int TRIES_PER_TICK = 100;

  /** Every tenth failure of a revocation is logged with its stack trace. */
  private static final int LOGGED_FAILURES = 10;

  /** The width of the database column. */
  static final int LONGEST_TEXT = 255;

  private static final String RETRIED =
      "A revocation is not recorded in Redis; Token Guard retries";

  private final int capacity;
  private final Stores stores;
  private final MaxAccessTokenLifespan lifespans = new MaxAccessTokenLifespan();
  private final Set<Waiting> waiting = new LinkedHashSet<>();
  private volatile KeycloakSessionFactory factory;
  private volatile Meters metrics;
  private boolean isUnavailable;
  private @Nullable StartupRecovery recovery;
  private boolean hasOverflowed;
  private boolean hasLoggedOverflow;

  RevocationOutbox(int capacity) {
    this.capacity = capacity;
    this.stores = new StoresOfNode();
  }

  RevocationOutbox(int capacity, Stores stores) {
    this.capacity = capacity;
    this.stores = stores;
  }

  /** The outbox of this node. */
  public static RevocationOutbox of(KeycloakSessionFactory sessions) {
    return find(sessions)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Token Guard cannot revoke tokens: another provider of revoked tokens is selected;"
                        + " remove that option, and build Keycloak again"));
  }

  /** Empty if an operator has selected another provider of revoked tokens. */
  static Optional<RevocationOutbox> find(KeycloakSessionFactory sessions) {
    return RevokedTokenList.Spi.IN_USE.registered(sessions).map(RedisRevokedTokens::outbox);
  }

  /**
   * Starts the retries.
   *
   * @param session the session in which Keycloak starts
   */
  void start(KeycloakSession session) {
    factory = session.getKeycloakSessionFactory();
    metrics = new Meters(this::size);
    session
        .getProvider(TimerProvider.class)
        .schedule(this::tick, TICK_MILLIS, "token-guard-pending-revocations");
  }

  /**
   * Delivers now, or later if that fails. Does not throw.
   *
   * @return whether the delivery has succeeded
   */
  public boolean deliver(Delivery delivery) {
    try {
      delivery.deliver(factory);
      metrics.count(Result.DELIVERED);
      return true;
    } catch (StoreUnavailableException unavailable) {
      keep(delivery.again());
      return false;
    } catch (RuntimeException failed) {
      LOG.error(log(RETRIED, delivery), failed);
      keep(delivery.again());
      return false;
    }
  }

  void keep(Delivery delivery) {
    metrics.count(Result.KEPT);
    if (size() == 0) {
      LOG.warn(
          "A revocation cannot be recorded in Redis; Token Guard retries, and Keycloak refuses the"
              + " tokens");
    }
    boolean isInMemory = enqueue(delivery);
    boolean isPersisted = persist(delivery);
    if (isInMemory && !isPersisted) {
      LOG.error(log("A pending revocation is not in the database: a restart loses it", delivery));
    } else if (!isInMemory && isPersisted) {
      overflowed();
    } else if (!isInMemory) {
      LOG.error(
          log("A revocation is lost: neither the memory nor the database holds it", delivery));
    }
  }

  MaxAccessTokenLifespan lifespans() {
    return lifespans;
  }

  int size() {
    synchronized (waiting) {
      return waiting.size();
    }
  }

  /** Records all persisted revocations in Redis again, from the next tick on. Does not throw. */
  void recover() {
    synchronized (waiting) {
      recovery = new StartupRecovery();
      hasOverflowed = false;
    }
  }

  /** Returns whether there was room. */
  private boolean enqueue(Delivery delivery) {
    synchronized (waiting) {
      return waiting.size() < capacity && waiting.add(new Waiting(delivery));
    }
  }

  /** Called after a delivery was persisted, so that a recovery that begins now reads it. */
  private void overflowed() {
    boolean isLogged;
    synchronized (waiting) {
      isLogged = hasLoggedOverflow;
      hasOverflowed = true;
      hasLoggedOverflow = true;
    }
    metrics.count(Result.OVERFLOWED);
    if (!isLogged) {
      LOG.warn(
          LogText.of(
              "More than %d revocations wait for Redis; further ones are read from the database after"
                  + " these",
              capacity));
    }
  }

  /** Returns whether all of it is in the database, from which a restart reads it. */
  private boolean persist(Delivery delivery) {
    long lifespan = delivery.until() - Time.currentTime();
    List<String> texts =
        delivery.texts().stream().filter(text -> text.length() <= LONGEST_TEXT).toList();
    if (lifespan <= 0 || texts.isEmpty()) {
      return texts.size() == delivery.texts().size();
    }
    try {
      KeycloakModelUtils.runJobInTransaction(
          factory,
          session -> {
            RevokedTokenList builtIn = RevokedTokenList.builtIn(session);
            texts.forEach(text -> builtIn.put(text, lifespan));
          });
      return texts.size() == delivery.texts().size();
    } catch (RuntimeException failed) {
      LOG.error(log("The database refuses a pending revocation", delivery), failed);
      return false;
    }
  }

  private static String log(String what, Delivery delivery) {
    return LogText.of("%s (%s)", what, delivery.describe());
  }

  /** Does not throw: an exception stops the timer of Keycloak, with all its tasks. */
  private void tick() {
    step("Sharing the latest expiry of access tokens", stores::shareLatestExpiries);
    step("Reading persisted revocations", this::readPersisted);
    step("The retry of revocations", this::retry);
  }

  private static void step(String what, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException failed) {
      LOG.error(LogText.of("%s failed; the next try follows in a second", what), failed);
    }
  }

  private void retry() {
    if (isUnavailable && size() > 0 && stores.isRedisAvailable()) {
      isUnavailable = false;
      snapshot().forEach(Waiting::makeDue);
    }
    int tries = 0;
    int failures = 0;
    for (Waiting next : snapshot()) {
      if (next.delivery().until() < Time.currentTime()) {
        metrics.count(Result.EXPIRED);
        LOG.warn(
            log(
                "A revocation was not recorded in Redis before all its tokens expired",
                next.delivery()));
        remove(next);
      } else if (tries < TRIES_PER_TICK && failures < OUTAGE && next.isDue()) {
        tries++;
        failures = attempt(next) ? 0 : failures + 1;
      }
    }
  }

  /** Delivers one, and returns whether that has succeeded. A failure does not delay the others. */
  private boolean attempt(Waiting next) {
    try {
      next.delivery().deliver(factory);
      metrics.count(Result.DELIVERED_LATER);
      if (remove(next)) {
        LOG.info("All revocations are recorded in Redis");
      }
      return true;
    } catch (StoreUnavailableException unavailable) {
      isUnavailable = true;
      postpone(next);
      return false;
    } catch (RuntimeException failed) {
      if (postpone(next) % LOGGED_FAILURES == 1) {
        LOG.error(log(RETRIED, next.delivery()), failed);
      }
      return false;
    }
  }

  /** Moves one behind the others, and returns the number of its failures. */
  private int postpone(Waiting failed) {
    synchronized (waiting) {
      waiting.remove(failed);
      waiting.add(failed);
    }
    return failed.failed();
  }

  /**
   * Reads the next page of persisted revocations if half of the outbox is free, which some that
   * always fail do not prevent. If the database fails, the same page is read in the next tick.
   */
  private void readPersisted() {
    StartupRecovery next;
    int room;
    synchronized (waiting) {
      room = capacity - waiting.size();
      if (room < capacity - capacity / 2) {
        return;
      }
      // Not before there is room, because a further overflow would start another recovery.
      if (recovery == null && hasOverflowed) {
        recover();
      }
      next = recovery;
    }
    if (next == null) {
      return;
    }
    // A quarter stays free for revocations that fail meanwhile.
    Page page = stores.read(next, room - room / 4);
    Set<String> inMemory =
        snapshot().stream()
            .flatMap(it -> it.delivery().texts().stream())
            .collect(Collectors.toSet());
    for (Delivery delivery : page.deliveries()) {
      boolean isInMemory = delivery.texts().stream().anyMatch(inMemory::contains);
      if (!isInMemory && !enqueue(delivery)) {
        overflowed();
      }
    }
    synchronized (waiting) {
      if (next.equals(recovery)) {
        recovery = page.rest().orElse(null);
      }
    }
  }

  private List<Waiting> snapshot() {
    synchronized (waiting) {
      return new ArrayList<>(waiting);
    }
  }

  /** Removes one, and returns whether no other one waits, in memory or in the database only. */
  private boolean remove(Waiting done) {
    synchronized (waiting) {
      waiting.remove(done);
      boolean isLast = waiting.isEmpty() && recovery == null && !hasOverflowed;
      hasLoggedOverflow &= !isLast;
      return isLast;
    }
  }

  /** What the outbox needs of Redis and the database, besides the deliveries. */
  interface Stores {

    boolean isRedisAvailable();

    /** Shares the latest expiries of access tokens with the other nodes. */
    void shareLatestExpiries();

    /** Reads the next page of persisted revocations, see {@link StartupRecovery#read}. */
    Page read(StartupRecovery recovery, int limit);
  }

  private final class StoresOfNode implements Stores {

    @Override
    public boolean isRedisAvailable() {
      try {
        KeycloakModelUtils.runJobInTransaction(
            factory,
            session ->
                RedisConnection.blacklistOf(session).ifPresent(list -> list.reasonFor("probe")));
        return true;
      } catch (StoreUnavailableException unavailable) {
        return false;
      }
    }

    @Override
    public void shareLatestExpiries() {
      lifespans.share(factory);
    }

    @Override
    public Page read(StartupRecovery recovery, int limit) {
      return KeycloakModelUtils.runJobInTransactionWithResult(
          factory, session -> recovery.read(session, limit));
    }
  }

  /** A delivery with the time of its next try. */
  private static final class Waiting {
    private final Delivery delivery;
    private int failures;
    private long dueMillis;

    private Waiting(Delivery delivery) {
      this.delivery = delivery;
    }

    private Delivery delivery() {
      return delivery;
    }

    private boolean isDue() {
      return Time.currentTimeMillis() >= dueMillis;
    }

    private void makeDue() {
      dueMillis = 0;
    }

    private int failed() {
      long delay = Math.min(MAX_DELAY_MILLIS, (long) TICK_MILLIS << Math.min(failures, 6));
      // Up to a fifth less, so that nodes do not retry at the same time.
      dueMillis =
          Time.currentTimeMillis() + delay - ThreadLocalRandom.current().nextLong(delay / 5);
      return ++failures;
    }
  }

  /** The result of one revocation. */
  private enum Result {
    /** Recorded in Redis within the request. */
    DELIVERED,
    /** Waits in the outbox, because Redis is unavailable. */
    KEPT,
    /** Recorded in Redis after it has waited. */
    DELIVERED_LATER,
    /** No longer necessary: no token that it covers can be valid. */
    EXPIRED,
    /** Not in memory, because the outbox is full. It is read from the database later. */
    OVERFLOWED
  }

  /** Counts the revocations by how they reached Redis, and those that wait for it. */
  private static final class Meters {

    private final Map<Result, Counter> results = new EnumMap<>(Result.class);

    /**
     * @param pending the number of revocations in the outbox
     */
    private Meters(IntSupplier pending) {
      for (Result result : Result.values()) {
        results.put(
            result,
            Counter.builder("token_guard.revocations")
                .description("Revocations by how they reached Redis")
                .tag("result", Setting.id(result))
                .register(Metrics.globalRegistry));
      }
      Gauge.builder("token_guard.revocations.pending", pending::getAsInt)
          .description("Revocations that wait for Redis")
          .register(Metrics.globalRegistry);
    }

    private void count(Result result) {
      requireNonNull(results.get(result)).increment();
    }
  }

  /**
   * A revocation that is committed in Keycloak and is to be recorded in Redis. It concerns only
   * what began before a time, so it can be delivered late, and more than once.
   */
  interface Delivery {

    /**
     * Records it in Redis.
     *
     * @throws RuntimeException if it is not delivered; it is then retried
     */
    void deliver(KeycloakSessionFactory factory);

    /** The delivery for the next tries, which does not affect what has begun meanwhile. */
    default Delivery again() {
      return this;
    }

    /** The time from which no token that it covers can be valid, seconds since the epoch. */
    long until();

    /** The persisted form, see {@code Revocation.Pending}. */
    List<String> texts();

    /** What is revoked, for the log. */
    String describe();

    /** Entries of the blacklist, which are persisted in Keycloak's own list already. */
    record OfEntries(List<Entry> entries) implements Delivery {

      public OfEntries {
        entries = List.copyOf(entries);
      }

      @Override
      public void deliver(KeycloakSessionFactory factory) {
        KeycloakModelUtils.runJobInTransaction(
            factory,
            session ->
                RedisConnection.blacklistOf(session).ifPresent(list -> list.addAll(entries)));
      }

      @Override
      public long until() {
        return entries.stream().mapToLong(Entry::expiresAt).max().orElse(0);
      }

      @Override
      public List<String> texts() {
        return List.of();
      }

      @Override
      public String describe() {
        return entries.size() + " entries of the blacklist";
      }
    }
  }
}
