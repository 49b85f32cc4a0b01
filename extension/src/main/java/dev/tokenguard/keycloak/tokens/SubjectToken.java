package dev.tokenguard.keycloak.tokens;

import dev.tokenguard.rotation.TokenPosition;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Optional;
import org.keycloak.OAuth2Constants;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.managers.AppAuthManager;

/**
 * An access token of a family for which a request gets another one: by token exchange (RFC 8693),
 * or as a requesting party token (UMA 2.0). Keycloak has verified it before.
 *
 * @param tag the tag of the family
 * @param userId the user of the family
 */
public record SubjectToken(String tag, String userId) {

  private static final String SUBJECT_TOKEN = "subject_token";

  /** Empty for other requests, and for a token of a client without a policy. */
  public static Optional<SubjectToken> of(KeycloakSession session) {
    return textIn(session).flatMap(SubjectToken::parsed).flatMap(token -> of(session, token));
  }

  private static Optional<SubjectToken> of(KeycloakSession session, AccessToken token) {
    if (token.getId() == null || token.getSessionId() == null) {
      return Optional.empty();
    }
    return TokenPosition.tagOf(token.getId())
        .flatMap(
            tag ->
                userOf(session, token.getSessionId())
                    .map(user -> new SubjectToken(tag, user.getId())));
  }

  private static Optional<UserModel> userOf(KeycloakSession session, String sessionId) {
    RealmModel realm = session.getContext().getRealm();
    UserSessionModel found = session.sessions().getUserSession(realm, sessionId);
    if (found == null) {
      found = session.sessions().getOfflineUserSession(realm, sessionId);
    }
    return Optional.ofNullable(found).map(UserSessionModel::getUser);
  }

  private static Optional<String> textIn(KeycloakSession session) {
    MultivaluedMap<String, String> parameters =
        session.getContext().getHttpRequest().getDecodedFormParameters();
    String grant = parameters == null ? null : parameters.getFirst(OAuth2Constants.GRANT_TYPE);
    if (OAuth2Constants.TOKEN_EXCHANGE_GRANT_TYPE.equals(grant)) {
      return Optional.ofNullable(parameters.getFirst(SUBJECT_TOKEN));
    }
    if (OAuth2Constants.UMA_GRANT_TYPE.equals(grant)) {
      String bearer =
          new AppAuthManager()
              .extractAuthorizationHeaderToken(session.getContext().getRequestHeaders());
      return Optional.ofNullable(bearer == null ? parameters.getFirst(SUBJECT_TOKEN) : bearer);
    }
    return Optional.empty();
  }

  private static Optional<AccessToken> parsed(String text) {
    try {
      return Optional.of(new JWSInput(text).readJsonContent(AccessToken.class));
    } catch (JWSInputException another) {
      return Optional.empty();
    }
  }
}
