/**
 * Commands to one Redis, to the master that Sentinels name, or to a Cluster: settings, TLS,
 * timeouts, the circuit breaker, and the classification of failures. Does not depend on the scripts
 * and keys in {@code redis.store}.
 */
@NullMarked
package dev.tokenguard.redis.connection;

import org.jspecify.annotations.NullMarked;
