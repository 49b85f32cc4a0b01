package dev.tokenguard.keycloak.connection;

import org.keycloak.provider.ProviderFactory;

/** Opens the connection of a node. */
public interface RedisConnectionFactory extends ProviderFactory<RedisConnection> {}
