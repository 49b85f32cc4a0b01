/**
 * For resource servers that validate access tokens locally: checks by one round trip to Redis
 * whether a token is revoked.
 *
 * <p>Depends on the Java platform only, and is published as a JAR of its own with the classifier
 * {@code checker}. The JAR in {@code providers/} does not contain it. The caller provides the Redis
 * client as a {@link dev.tokenguard.checker.RevocationChecker.Lookup}, and a token whose signature,
 * issuer, audience and expiry it has validated (RFC 9068, section 4).
 *
 * <pre>{@code
 * RevocationChecker checker =
 *     RevocationChecker.of(keys -> jedis.mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE);
 * Verdict verdict = checker.check(TokenClaims.of(claims));
 * }</pre>
 */
package dev.tokenguard.checker;
