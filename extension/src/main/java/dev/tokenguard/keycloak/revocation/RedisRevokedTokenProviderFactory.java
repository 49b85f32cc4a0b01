package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.connection.RedisDataLossEvent;
import dev.tokenguard.keycloak.session.BulkRevocationJob;
import dev.tokenguard.keycloak.support.ProviderOptions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RevokedTokenProvider;
import org.keycloak.models.RevokedTokenProviderFactory;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Provides the list of revoked tokens before Keycloak's own one. Without Redis it delegates to the
 * built-in provider.
 */
public final class RedisRevokedTokenProviderFactory
    implements RevokedTokenProviderFactory<RevokedTokenProvider>, ServerInfoAwareProviderFactory {

  public static final String ID = "redis";

  private static final int ABOVE_BUILT_IN = 10;

  private static final Setting<Integer> MAX_PENDING =
      Setting.number(
          "max-pending",
          "How many revocations wait in memory during an outage of Redis.",
          "revocations",
          1,
          1_000_000,
          10_000);

  private static final ProviderOptions OPTIONS =
      new ProviderOptions("revoked-token", ID, List.of(MAX_PENDING));

  private RevocationOutbox outbox;

  @Override
  public String getId() {
    return ID;
  }

  /** Keycloak takes the highest: its own are 0 and 1. */
  @Override
  public int order() {
    return ABOVE_BUILT_IN;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope config) {
    outbox = new RevocationOutbox(OPTIONS.read(config, MAX_PENDING::from));
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    factory.register(
        event -> {
          if (event instanceof PostMigrationEvent) {
            KeycloakModelUtils.runJobInTransaction(factory, this::start);
          } else if (event instanceof RedisDataLossEvent) {
            KeycloakModelUtils.runJobInTransaction(
                factory, session -> enqueue(new StartupRecovery(session)));
          }
        });
  }

  private void start(KeycloakSession session) {
    if (RedisConnection.blacklistOf(session).isEmpty()) {
      return;
    }
    outbox.start(session);
    StartupRecovery left = new StartupRecovery(session);
    enqueue(left);
    left.unfinished().forEach(it -> BulkRevocationJob.resume(session, it));
  }

  private void enqueue(StartupRecovery left) {
    left.deliveries().forEach(outbox::enqueue);
  }

  @Override
  public RevokedTokenProvider create(KeycloakSession session) {
    RevokedTokenProvider builtIn = BuiltInRevokedTokens.of(session);
    return RedisConnection.blacklistOf(session)
        .<RevokedTokenProvider>map(
            list -> new RedisRevokedTokenProvider(session, builtIn, list, outbox))
        .orElse(builtIn);
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    return Map.of("pending revocations", Integer.toString(outbox.size()));
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return OPTIONS.toConfigProperties();
  }

  @Override
  public void close() {
    // The timer stops with Keycloak.
  }

  RevocationOutbox outbox() {
    return outbox;
  }
}
