package dev.tokenguard.keycloak.connection;

import dev.tokenguard.redis.store.RedisHeartbeat.Loss;
import org.keycloak.provider.ProviderEvent;

/** Redis has lost what it held, all of it or its last writes. Each node tells itself. */
public record RedisDataLossEvent(Loss loss) implements ProviderEvent {}
