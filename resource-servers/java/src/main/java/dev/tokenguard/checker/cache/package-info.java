/**
 * Results of earlier checks in the memory of the resource server, and their invalidation by Redis.
 *
 * <p>{@link dev.tokenguard.checker.cache.NearCache} needs {@code
 * com.github.ben-manes.caffeine:caffeine}.
 */
package dev.tokenguard.checker.cache;
