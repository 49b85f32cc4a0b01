package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.events.RevokedTokenUseDetector;
import dev.tokenguard.keycloak.revocation.RevocationOutbox.Delivery;
import dev.tokenguard.keycloak.session.BulkRevocationJob;
import dev.tokenguard.keycloak.support.ProviderOptions;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The list of revoked tokens in Redis and in Keycloak, and the outbox: the common part of the
 * factories for different versions of Keycloak.
 */
public final class RedisRevokedTokens {

  /** The id of these providers. */
  public static final String ID = "redis";

  /** Keycloak selects the highest order; those of the built-in providers are 0 and 1. */
  public static final int ABOVE_BUILT_IN = 10;

  private static final Setting<Integer> MAX_PENDING =
      Setting.number(
          "max-pending",
          "How many revocations wait in memory during an outage of Redis; further ones are read from the"
              + " database later. Raise it if many users log out during a long outage.",
          "revocations",
          1,
          1_000_000,
          10_000);

  private final ProviderOptions options;
  private final RevocationOutbox outbox;

  /**
   * @param spi the name of the SPI in options
   */
  public RedisRevokedTokens(String spi, Config.Scope config) {
    options = new ProviderOptions(spi, ID, List.of(MAX_PENDING));
    outbox = new RevocationOutbox(options.read(config, MAX_PENDING::from));
  }

  public void register(KeycloakSessionFactory factory) {
    factory.register(
        event -> {
          if (event instanceof PostMigrationEvent) {
            KeycloakModelUtils.runJobInTransaction(factory, this::start);
          } else if (event instanceof RedisConnection.DataLossEvent) {
            outbox.recover();
          }
        });
  }

  private void start(KeycloakSession session) {
    if (RedisConnection.blacklistOf(session).isEmpty()) {
      return;
    }
    outbox.start(session);
    outbox.recover();
    StartupRecovery.unfinished(session).forEach(it -> BulkRevocationJob.resume(session, it));
  }

  /** Empty without Redis: then Keycloak's own list remains. */
  public Optional<RevokedTokenList> listOf(KeycloakSession session, RevokedTokenList builtIn) {
    return RedisConnection.blacklistOf(session)
        .map(list -> new RedisRevokedTokenList(session, builtIn, list, outbox));
  }

  public Map<String, String> operationalInfo() {
    return Map.of("pending-revocations", Integer.toString(outbox.size()));
  }

  public List<ProviderConfigProperty> configProperties() {
    return options.toConfigProperties();
  }

  RevocationOutbox outbox() {
    return outbox;
  }

  /**
   * The list of revoked tokens, in Redis and in Keycloak's own list. Introspection, userinfo, the
   * admin and account REST APIs and token exchange read it; used action tokens are added to it.
   */
  private static final class RedisRevokedTokenList implements RevokedTokenList {

    private final KeycloakSession session;
    private final RevokedTokenList builtIn;
    private final RevocationList blacklist;
    private final RevocationOutbox outbox;

    RedisRevokedTokenList(
        KeycloakSession session,
        RevokedTokenList builtIn,
        RevocationList blacklist,
        RevocationOutbox outbox) {
      this.session = session;
      this.builtIn = builtIn;
      this.blacklist = blacklist;
      this.outbox = outbox;
    }

    /**
     * Adds to both lists. That of Redis is atomic: of concurrent calls with the same id on all
     * nodes, at most one returns true. During an outage of Redis, the result of Keycloak's own list
     * applies.
     */
    @Override
    public boolean put(String id, long lifespanSeconds) {
      boolean isFirst = builtIn.put(id, lifespanSeconds);
      Entry entry = Entry.ofAccessToken(id, Reason.REVOKED, Time.currentTime() + lifespanSeconds);
      try {
        return blacklist.add(entry) && isFirst;
      } catch (StoreUnavailableException unavailable) {
        outbox.keep(new Delivery.OfEntries(List.of(entry)));
        return isFirst;
      }
    }

    /**
     * Reads Keycloak's own list first, which is in memory. Does not throw during an outage of
     * Redis: that would be a 500.
     */
    @Override
    public boolean contains(String id) {
      boolean isRevoked = builtIn.contains(id) || isOnBlacklist(id);
      if (isRevoked) {
        RevokedTokenUseDetector.ofAccessToken(session, id);
      }
      return isRevoked;
    }

    private boolean isOnBlacklist(String id) {
      try {
        return blacklist.reasonFor(id).isPresent();
      } catch (StoreUnavailableException unavailable) {
        // The connection has counted and logged it.
        RevokedTokenUseDetector.recordOutage(session);
        return false;
      }
    }
  }
}
