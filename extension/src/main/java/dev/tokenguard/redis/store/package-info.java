/**
 * The ports of the domain, implemented by Lua scripts. All state of a user lies in one hash, so a
 * script touches one key and Redis Cluster needs no more than its usual routing. {@link
 * dev.tokenguard.redis.store.RedisKeys} names keys and fields; {@code lua/record.lua} is the
 * storage format.
 */
@NullMarked
package dev.tokenguard.redis.store;

import org.jspecify.annotations.NullMarked;
