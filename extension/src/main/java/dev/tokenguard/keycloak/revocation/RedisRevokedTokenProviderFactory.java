package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.settings.InvalidSettingException;
import dev.tokenguard.settings.Setting;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RevokedTokenProvider;
import org.keycloak.models.RevokedTokenProviderFactory;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Stands before Keycloak's own list of revoked tokens. Without a Redis it hands out that one, and
 * Keycloak is stock.
 */
public final class RedisRevokedTokenProviderFactory
    implements RevokedTokenProviderFactory<RevokedTokenProvider>, ServerInfoAwareProviderFactory {

  public static final String ID = "redis";

  private static final int ABOVE_STOCK = 10;

  private static final String OPTION_PREFIX = "spi-revoked-token--" + ID + "--";

  private static final Setting<Integer> MAX_PENDING =
      Setting.number(
          "max-pending",
          "How many revocations wait in memory for a Redis that is away.",
          "revocations",
          1,
          1_000_000,
          10_000);

  private DeliveryQueue queue;

  @Override
  public String getId() {
    return ID;
  }

  /** Keycloak takes the highest: its own are 0 and 1. */
  @Override
  public int order() {
    return ABOVE_STOCK;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope config) {
    String maxPending = config.get(MAX_PENDING.name());
    try {
      queue =
          new DeliveryQueue(
              MAX_PENDING.parse(maxPending == null ? MAX_PENDING.defaultText() : maxPending));
    } catch (InvalidSettingException invalid) {
      throw invalid.under(OPTION_PREFIX);
    }
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    factory.register(
        event -> {
          if (event instanceof PostMigrationEvent) {
            queue.start(factory);
          }
        });
  }

  @Override
  public RevokedTokenProvider create(KeycloakSession session) {
    RevokedTokenProvider stock = StockRevokedTokens.of(session);
    return RedisConnection.blacklistOf(session)
        .<RevokedTokenProvider>map(
            list -> new RedisRevokedTokenProvider(session, stock, list, queue))
        .orElse(stock);
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    return Map.of("pending revocations", Integer.toString(queue.size()));
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return ProviderConfigurationBuilder.create()
        .property()
        .name(MAX_PENDING.name())
        .type(ProviderConfigProperty.STRING_TYPE)
        .helpText(MAX_PENDING.help() + " Accepts " + MAX_PENDING.accepts() + ".")
        .defaultValue(MAX_PENDING.defaultText())
        .add()
        .build();
  }

  @Override
  public void close() {
    // The timer stops with Keycloak.
  }

  DeliveryQueue queue() {
    return queue;
  }
}
