/**
 * Connections to one Redis, to the master that Sentinels name, or to a Cluster: addresses, TLS,
 * time-outs, the circuit breaker, and the classification of failures.
 */
package dev.tokenguard.redis.connection;
