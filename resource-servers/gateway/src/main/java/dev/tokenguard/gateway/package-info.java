/**
 * The verdict service: decides for gateways whether an access token is valid and not revoked.
 *
 * <p>{@code ForwardAuth} and {@code ExtAuthz} are the two protocols. {@code Authorizer} decides the
 * same for both, with {@code TokenValidator} and the checker of {@link dev.tokenguard.checker}.
 * Nothing here blocks an event loop: {@code SigningKeys} reads JWK Sets by a thread of its own.
 */
package dev.tokenguard.gateway;
