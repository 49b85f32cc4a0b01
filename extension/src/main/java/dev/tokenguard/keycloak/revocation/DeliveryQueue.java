package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.revocation.DeliveryMetrics.Result;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RevokedTokenProvider;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.timer.TimerProvider;

/**
 * What Redis has not been told yet, on this node. It is tried again every second until it is
 * delivered or does not matter any more.
 *
 * <p>What waits is also written to Keycloak's own list of revoked tokens, in the database, under
 * ids that no token has; so a restart does not lose it. When more waits than fits in memory, the
 * rest is found again there after the next start.
 */
public final class DeliveryQueue {

  private static final Logger LOG = Logger.getLogger(DeliveryQueue.class);

  private static final int RETRY_MILLIS = 1000;

  private static final int AWAY = 3;

  /** The column of the database is as wide. */
  private static final int LONGEST_TEXT = 255;

  private final int capacity;
  private final Deque<Delivery> waiting = new ArrayDeque<>();
  private KeycloakSessionFactory factory;
  private DeliveryMetrics metrics;

  DeliveryQueue(int capacity) {
    this.capacity = capacity;
  }

  /** That of this node. */
  public static DeliveryQueue of(KeycloakSessionFactory sessions) {
    RedisRevokedTokenProviderFactory owner =
        (RedisRevokedTokenProviderFactory)
            sessions.getProviderFactory(
                RevokedTokenProvider.class, RedisRevokedTokenProviderFactory.ID);
    return owner.queue();
  }

  /**
   * Begins to retry.
   *
   * @param session of the start
   */
  void start(KeycloakSession session) {
    factory = session.getKeycloakSessionFactory();
    metrics = new DeliveryMetrics(this::size);
    session
        .getProvider(TimerProvider.class)
        .schedule(this::retry, RETRY_MILLIS, "token-guard-pending-revocations");
  }

  /**
   * Delivers now or, when Redis is away, as soon as it is back. Never throws for it.
   *
   * @return whether it is delivered
   */
  public boolean deliver(Delivery delivery) {
    try {
      delivery.deliver(factory);
      metrics.count(Result.DELIVERED);
      return true;
    } catch (StoreUnavailableException unavailable) {
      keep(delivery);
      return false;
    }
  }

  void keep(Delivery delivery) {
    metrics.count(Result.KEPT);
    if (size() == 0) {
      LOG.warn("Redis cannot be told of a revocation; it waits, and Keycloak refuses the tokens");
    }
    enqueue(delivery);
    writeDown(delivery);
  }

  synchronized int size() {
    return waiting.size();
  }

  /** Without writing it down: what is written down already. */
  synchronized void enqueue(Delivery delivery) {
    if (waiting.size() < capacity) {
      waiting.add(delivery);
      return;
    }
    metrics.count(Result.OVERFLOWED);
    LOG.warnf(
        "More than %d revocations wait for Redis; one more is told to it after the next start of"
            + " this node",
        capacity);
  }

  private void writeDown(Delivery delivery) {
    long lifespan = delivery.until() - Time.currentTime();
    if (lifespan <= 0) {
      return;
    }
    KeycloakModelUtils.runJobInTransaction(
        factory,
        session -> {
          RevokedTokenProvider stock = StockRevokedTokens.of(session);
          for (String text : delivery.texts()) {
            if (text.length() <= LONGEST_TEXT) {
              stock.put(text, lifespan);
            } else {
              LOG.warn("A revocation that waits for Redis is too long to outlive a restart");
            }
          }
        });
  }

  /**
   * One that fails goes to the end: what Redis refuses, as a key that holds something else, keeps
   * no other waiting. After some failures in a row Redis is taken to be away for another second.
   */
  private void retry() {
    int failures = 0;
    for (Delivery next = first(); next != null && failures < AWAY; next = first()) {
      if (next.until() < Time.currentTime()) {
        metrics.count(Result.EXPIRED);
        removeFirst();
        continue;
      }
      try {
        next.deliver(factory);
        metrics.count(Result.DELIVERED_LATER);
        removeFirst();
        failures = 0;
      } catch (StoreUnavailableException unavailable) {
        failures++;
        putLast();
      } catch (RuntimeException failed) {
        LOG.error(
            "A revocation waits on: it is told to Redis after the next start of this node", failed);
        removeFirst();
      }
    }
  }

  private synchronized Delivery first() {
    return waiting.peekFirst();
  }

  private synchronized void putLast() {
    waiting.addLast(waiting.removeFirst());
  }

  private synchronized void removeFirst() {
    waiting.removeFirst();
    if (waiting.isEmpty()) {
      LOG.info("Redis knows all revocations");
    }
  }
}
