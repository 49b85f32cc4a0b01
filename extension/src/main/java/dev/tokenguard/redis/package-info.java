/**
 * The adapter to Redis, the only importer of Jedis: {@code connection} opens and guards the
 * connections, {@code store} implements the ports of the domain by scripts.
 */
package dev.tokenguard.redis;
