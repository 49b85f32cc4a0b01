/**
 * Spring Boot auto-configuration that refuses revoked access tokens.
 *
 * <p>It wraps the {@code JwtDecoder} and {@code ReactiveJwtDecoder} beans of the application: the
 * original decoder validates the token, then {@link dev.tokenguard.spring.RevocationCheck} reads
 * its three keys from Redis. A revoked token becomes an invalid one, to which Spring Security
 * responds with 401. If Redis is unavailable, a filter in front of Spring Security responds with
 * 503.
 */
package dev.tokenguard.spring;
