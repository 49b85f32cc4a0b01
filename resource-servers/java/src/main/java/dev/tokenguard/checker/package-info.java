/**
 * For resource servers that validate access tokens locally: checks by one round trip to Redis
 * whether a token is revoked.
 *
 * <p>This package depends on the Java platform only. The caller provides the round trip as a {@link
 * dev.tokenguard.checker.RevocationChecker.Lookup}, and a token whose signature, issuer, audience
 * and expiry it has validated (RFC 9068, section 4). The packages {@code jedis}, {@code lettuce}
 * and {@code cache} need a library each, which the application brings.
 *
 * <pre>{@code
 * RevocationChecker checker =
 *     RevocationChecker.of(JedisLookup.of(redisClient), WhenUnavailable.REFUSE)
 *         .withCache(NearCache.of(Duration.ofSeconds(2), 100_000));
 * Verdict verdict = checker.check(TokenClaims.of(claims));
 * }</pre>
 */
package dev.tokenguard.checker;
