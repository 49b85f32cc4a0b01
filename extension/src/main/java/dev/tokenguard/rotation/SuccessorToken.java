package dev.tokenguard.rotation;

import java.util.Optional;

/**
 * The refresh token that answers a refresh, as far as the store decides it.
 *
 * @param generation its generation
 * @param issuedAt its {@code iat}, seconds since the epoch
 * @param expiresAt its {@code exp}, seconds since the epoch; 0 for an offline token without one
 * @param replay 0 for the successor of a rotation, otherwise the number of the replay, counted
 *     through all generations of the family. The id of the access token is derived from it, see
 *     {@link TokenPosition#accessTokenId}
 * @param binding the context that the family is bound to, if the policy binds it
 */
public record SuccessorToken(
    long generation,
    long issuedAt,
    long expiresAt,
    long replay,
    Optional<RequestContext> binding) {}
