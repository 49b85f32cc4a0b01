package dev.tokenguard.rotation;

import java.util.Optional;

/**
 * The refresh token that a refresh is answered with, as far as the store decides it.
 *
 * @param generation its generation
 * @param issuedAt its {@code iat}, seconds since the epoch
 * @param expiresAt its {@code exp}, seconds since the epoch; 0 for an offline token without one
 * @param binding the context that the family is bound to, if the policy binds it
 */
public record Child(
    long generation, long issuedAt, long expiresAt, Optional<RequestContext> binding) {}
