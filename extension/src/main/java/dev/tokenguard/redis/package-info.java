/**
 * The adapter to Redis: the only package that imports Jedis.
 *
 * <p>All state of one user lies in one hash, so each script touches one key and Redis Cluster needs
 * no more than its usual routing. {@link dev.tokenguard.redis.RedisKeys} names the keys and fields;
 * {@code lua/record.lua} is the storage format.
 */
package dev.tokenguard.redis;
