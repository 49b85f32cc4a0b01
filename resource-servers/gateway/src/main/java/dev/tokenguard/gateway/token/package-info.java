/**
 * Whether an access token is accepted.
 *
 * <p>{@code Authorizer} decides on a request: {@code TokenValidator} finds the keys of the issuer,
 * {@code TokenVerifier} verifies the token by them, and the checker of {@link
 * dev.tokenguard.checker} reads whether it is revoked. Nothing here blocks an event loop: {@code
 * SigningKeys} reads JWK Sets by a thread of its own.
 */
package dev.tokenguard.gateway.token;
