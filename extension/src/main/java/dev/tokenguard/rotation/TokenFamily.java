package dev.tokenguard.rotation;

import java.time.Instant;
import java.util.Optional;

/**
 * A family as the store records it.
 *
 * @param id the {@code jti} of its first refresh token
 * @param sessionId the user session. Empty if the family was revoked before its first refresh
 *     without a record of the login; client and time are then empty, too
 * @param clientId the internal id of the client
 * @param isOffline whether its tokens are offline tokens
 * @param generation the newest generation
 * @param created the time of the record in seconds: the login, or the first refresh without one
 * @param refreshed the time at which the newest token was issued
 * @param isRevoked whether the family, its session, its client or its user is marked as revoked
 * @param accessTokens the access tokens that may be unexpired
 * @param parentTag the tag of the access token for which the family was issued by token exchange
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
