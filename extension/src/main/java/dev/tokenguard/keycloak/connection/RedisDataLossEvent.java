package dev.tokenguard.keycloak.connection;

import dev.tokenguard.redis.store.RedisHeartbeat.Loss;
import org.keycloak.provider.ProviderEvent;

/** Redis has lost data. Each node detects that by itself and publishes this event locally. */
public record RedisDataLossEvent(Loss loss) implements ProviderEvent {}
