/** The round trip by Jedis; needs {@code redis.clients:jedis}. */
package dev.tokenguard.checker.jedis;
