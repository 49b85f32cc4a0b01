package dev.tokenguard.rotation;

import java.util.Optional;

/**
 * The refresh token that a refresh is answered with, as far as the store decides it.
 *
 * @param generation its generation
 * @param issuedAt its {@code iat}, seconds since the epoch
 * @param expiresAt its {@code exp}, seconds since the epoch; 0 for an offline token without one
 * @param replay 0 for the child of a rotation; else which replay of the family this is, counted
 *     through all its generations. It is part of the access token's id, see {@link
 *     TokenPosition#accessTokenId}
 * @param binding the context that the family is bound to, if the policy binds it
 */
public record SuccessorToken(
    long generation,
    long issuedAt,
    long expiresAt,
    long replay,
    Optional<RequestContext> binding) {}
