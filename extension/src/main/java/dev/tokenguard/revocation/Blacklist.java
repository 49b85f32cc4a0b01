package dev.tokenguard.revocation;

import java.util.List;
import java.util.Optional;

/**
 * What is revoked before it expires. Entries vanish by themselves when they have expired.
 *
 * <p>All methods throw {@link dev.tokenguard.rotation.StoreUnavailableException} when the store
 * cannot be asked or does not answer in time; an entry may then have been added or not.
 */
public interface Blacklist {

  /**
   * Adds an entry in one atomic step. An entry that stands is never weakened: it keeps the later
   * second with its reason, and the longer life.
   *
   * @return whether there was none before. Of all that add the same at once, exactly one gets true
   */
  boolean add(BlacklistEntry entry);

  /** Adds many, in one round trip; each is one atomic step. */
  void addAll(List<? extends BlacklistEntry> entries);

  /** Why an access token is revoked, by its {@code jti}; empty when it is not. One command. */
  Optional<String> reasonFor(String accessTokenId);

  /** The entry that covers this token, in one round trip. */
  Optional<Hit> find(TokenIdentity token);

  /**
   * What a token says of itself. An empty text stands for a claim that it lacks.
   *
   * @param id the {@code jti} of an access token
   * @param sessionId the claim {@code sid}
   * @param userId the user's id in Keycloak
   * @param issuedAt seconds since the epoch
   */
  record TokenIdentity(String id, String sessionId, String userId, long issuedAt) {}

  /**
   * An entry that covers a token.
   *
   * @param scope what is revoked: the access token, its session or its user
   * @param reason as it was written; of a user there is none
   */
  record Hit(RevocationScope scope, String reason) {}
}
