package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.session.SessionTerminator;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;

/**
 * Revokes and terminates after a refusal, in new transactions, because that of the request is
 * rolled back. The decision of the store has marked the family. Each family is handled once, so a
 * further request with one of its tokens costs a lookup only.
 */
final class ReuseHandler {

  private static final Logger LOG = Logger.getLogger(ReuseHandler.class);

  private final KeycloakSession session;
  private final RotationRequest request;
  private final ListedFamilies listed;
  private final Reason reason;
  private final RevokedFamily family;

  ReuseHandler(
      KeycloakSession session, RotationRequest request, ListedFamilies listed, Reason reason) {
    this.session = session;
    this.request = request;
    this.listed = listed;
    this.reason = reason;
    this.family = new RevokedFamily(session, session.getContext().getRealm(), reason);
  }

  /**
   * Revokes the access tokens and the dependents of a family, once: later, the dependents could be
   * newer than the refusal that has revoked the family.
   */
  void revoke(AccessTokens tokens) {
    revokeAccessTokens(tokens);
    family.revokeDependents(request.userId(), request.presented().family());
  }

  /** Revokes the access tokens of a family that was revoked before. */
  void revokeAccessTokens(AccessTokens tokens) {
    if (listed.begin(tokens) && !list(tokens)) {
      listed.failed(tokens);
    }
  }

  /** Terminates the sessions of a scope that the policy names. */
  void terminate(RevocationScope scope) {
    target(scope)
        .ifPresent(new SessionTerminator(session, session.getContext().getRealm(), reason)::now);
  }

  /**
   * Adds access tokens to the lists, and returns whether that succeeded. A failure is logged,
   * because the refresh is refused anyway.
   */
  private boolean list(AccessTokens tokens) {
    try {
      family.revokeAccessTokens(tokens);
      return true;
    } catch (RuntimeException failed) {
      LOG.error(
          LogText.of(
              "Not all access tokens of a revoked family are on the blacklist (%s): user %s, session %s,"
                  + " family %s",
              failed, request.userId(), request.session().id(), request.presented().family()));
      return false;
    }
  }

  /** Empty for the scope of a family, which the decision of the store has revoked. */
  private Optional<RevocationTarget> target(RevocationScope scope) {
    String userId = request.userId();
    RotationRequest.Session presented = request.session();
    return Optional.ofNullable(
        Map.<RevocationScope, RevocationTarget>of(
                RevocationScope.CLIENT_SESSION,
                new RevocationTarget.ClientSessions(
                    userId,
                    List.of(new ClientSession(presented.id(), presented.clientId())),
                    List.of()),
                RevocationScope.SESSION,
                RevocationTarget.Sessions.of(userId, presented.id(), SessionKind.BOTH),
                RevocationScope.USER,
                new RevocationTarget.User(userId))
            .get(scope));
  }

  /**
   * The revoked families whose access tokens this node has already added to the lists, so that
   * further requests with a token of such a family cost no more than others.
   */
  static final class ListedFamilies {

    /** The ids of this number of families fit into two megabytes. */
    private static final int MAX_FAMILIES = 10_000;

    private final Set<Key> families =
        Collections.synchronizedSet(
            Collections.newSetFromMap(
                new LinkedHashMap<>() {
                  @Override
                  protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
                    return size() > MAX_FAMILIES;
                  }
                }));

    /** Returns true to the one caller that adds the access tokens. */
    boolean begin(AccessTokens tokens) {
      return families.add(Key.of(tokens));
    }

    /** Records a failure: the next request with a token of the family adds them. */
    void failed(AccessTokens tokens) {
      families.remove(Key.of(tokens));
    }

    /** Without the oldest unexpired ones, which change with time and not by further tokens. */
    private record Key(String family, long last, long lastReplay) {
      private static Key of(AccessTokens tokens) {
        return new Key(tokens.family(), tokens.last(), tokens.lastReplay());
      }
    }
  }
}
