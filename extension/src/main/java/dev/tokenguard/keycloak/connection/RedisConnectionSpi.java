package dev.tokenguard.keycloak.connection;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/** Its options have the prefix {@code spi-redis-connection--jedis--}. */
public final class RedisConnectionSpi implements Spi {

  @Override
  public boolean isInternal() {
    return false;
  }

  @Override
  public String getName() {
    return "redis-connection";
  }

  @Override
  public Class<? extends Provider> getProviderClass() {
    return RedisConnection.class;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends ProviderFactory> getProviderFactoryClass() {
    return Factory.class;
  }

  /** Opens the connection of a node when Keycloak starts, and closes it at shutdown. */
  public interface Factory extends ProviderFactory<RedisConnection> {}
}
