package dev.tokenguard.keycloak.connection;

import org.keycloak.provider.ProviderFactory;

/** Opens the connection of a node when Keycloak starts, and closes it at shutdown. */
public interface RedisConnectionFactory extends ProviderFactory<RedisConnection> {}
