package dev.tokenguard.rotation;

import java.time.Instant;
import java.util.Optional;

/**
 * A family as the store remembers it.
 *
 * @param id the {@code jti} of its first refresh token
 * @param sessionId the user session it belongs to; not known when it was revoked before anything
 *     else was recorded of it, and so for the client and the time
 * @param clientId the client's internal id
 * @param isOffline whether its tokens are offline tokens
 * @param generation its newest generation
 * @param created when it was first recorded, to the second: at the login, or at the first refresh
 * @param refreshed when its newest token was made
 * @param isRevoked whether it was marked revoked: itself, its session, its client or its user
 * @param accessTokens those that may be unexpired
 * @param parentTag the tag of the access token for which it began by token exchange
 */
public record TokenFamily(
    String id,
    Optional<String> sessionId,
    Optional<String> clientId,
    boolean isOffline,
    long generation,
    Optional<Instant> created,
    Instant refreshed,
    boolean isRevoked,
    AccessTokens accessTokens,
    Optional<String> parentTag) {}
