/**
 * The implementation of the domain's ports by Lua scripts. All state of a user is in one hash, so a
 * script uses one key, which is sufficient for Redis Cluster. {@link
 * dev.tokenguard.redis.store.RedisKeys} defines keys and fields; {@code lua/record.lua} defines the
 * storage format.
 */
@NullMarked
package dev.tokenguard.redis.store;

import org.jspecify.annotations.NullMarked;
