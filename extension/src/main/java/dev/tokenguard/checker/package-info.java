/**
 * For resource servers that check access tokens by themselves: tells whether a token was revoked
 * since it was issued, by one round trip to Redis.
 *
 * <p>Depends on the Java platform alone and is published as a JAR of its own, with the classifier
 * {@code checker}. Keycloak does not need it, so the JAR in {@code providers/} does not hold it.
 * The caller brings the Redis client, as a {@link dev.tokenguard.checker.Lookup}, and a token that
 * it has validated: signature, issuer, audience and time (RFC 9068, section 4) come first.
 *
 * <pre>{@code
 * RevocationChecker checker =
 *     RevocationChecker.of(keys -> jedis.mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE);
 * Verdict verdict = checker.check(TokenClaims.of(claims));
 * }</pre>
 */
package dev.tokenguard.checker;
