package dev.tokenguard.keycloak.cookie;

import dev.tokenguard.keycloak.support.Transactions;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.http.HttpResponse;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.services.resources.RealmsResource;

/**
 * The cookie of one client with its refresh token. Browsers send it to the OpenID Connect endpoints
 * of the realm only; scripts cannot read it.
 *
 * <p>Its name contains the internal id of the client, so clients do not overwrite each other's.
 */
public final class RefreshTokenCookie {

  /** Stands for the cookie where an endpoint requires the parameter. */
  static final String PLACEHOLDER = "cookie";

  /** Browsers discard a cookie whose name and value are longer (RFC 6265bis, section 5.6). */
  private static final int MAX_LENGTH = 4096;

  private static final String PRESENTED = "token-guard.refresh-token-cookie";

  private final KeycloakSession session;
  private final ClientModel client;
  private final SameSite sameSite;

  RefreshTokenCookie(KeycloakSession session, ClientModel client, SameSite sameSite) {
    this.session = session;
    this.client = client;
    this.sameSite = sameSite;
  }

  /**
   * Lets the executor see a refresh without the parameter, which Keycloak refuses before the policy
   * event. Without a policy with the executor, the placeholder is an invalid refresh token.
   */
  public static void replaceMissing(
      KeycloakSession session, ClientModel client, MultivaluedMap<String, String> parameters) {
    if (!parameters.containsKey(OAuth2Constants.REFRESH_TOKEN)
        && valueIn(session, client).isPresent()) {
      parameters.putSingle(OAuth2Constants.REFRESH_TOKEN, PLACEHOLDER);
    }
  }

  /**
   * Clears the cookie whose token was refused. A refusal of the request (its origin), a 429 and a
   * 503 keep it.
   *
   * @param refusal its message is the OAuth error
   */
  public static void refused(KeycloakSession session, Exception refusal) {
    if (OAuthErrorException.INVALID_GRANT.equals(refusal.getMessage())) {
      Optional.ofNullable(session.getAttribute(PRESENTED, RefreshTokenCookie.class))
          .ifPresent(presented -> presented.write("", 0));
    }
  }

  private static Optional<String> valueIn(KeycloakSession session, ClientModel client) {
    return Optional.ofNullable(
            session.getContext().getRequestHeaders().getCookies().get(name(client.getId())))
        .map(Cookie::getValue);
  }

  /**
   * The name of the cookie. Browsers accept its prefix with {@code Secure} only (RFC 6265bis,
   * section 4.1.3); Chromium also from a loopback address without HTTPS.
   *
   * @param clientId the internal id: a UUID, or any text from an import
   */
  static String name(String clientId) {
    return "__Secure-refresh-token-" + URLEncoder.encode(clientId, StandardCharsets.UTF_8);
  }

  /**
   * Whether browsers accept a cookie with {@code Secure} from an address: over HTTPS, or from the
   * same machine.
   */
  static boolean isAcceptedFrom(URI base) {
    String host = String.valueOf(base.getHost());
    return "https".equals(base.getScheme())
        || host.equals("localhost")
        || host.equals("[::1]")
        || host.matches("127(\\.\\d{1,3}){3}");
  }

  /** Whether browsers accept the cookie from the address of Keycloak that they use. */
  boolean isAccepted() {
    return isAcceptedFrom(session.getContext().getUri().getBaseUri());
  }

  Optional<String> value() {
    return valueIn(session, client);
  }

  boolean fits(String token) {
    return name(client.getId()).length() + token.length() <= MAX_LENGTH;
  }

  /** Uses the cookie as the parameter of the request. */
  void presentAs(String parameter, MultivaluedMap<String, String> parameters, String value) {
    parameters.putSingle(parameter, value);
    session.setAttribute(PRESENTED, this);
  }

  /** Sets the cookie if the request is committed. */
  void setWhenCommitted(String token, long seconds) {
    Transactions.afterCommit(session, () -> write(token, seconds));
  }

  /** Clears the cookie if the request is committed. */
  void clearWhenCommitted() {
    Transactions.afterCommit(session, () -> write("", 0));
  }

  private void write(String value, long seconds) {
    HttpResponse response = session.getContext().getHttpResponse();
    // Not as NewCookie, which also writes Version=1 (RFC 2109).
    response.addHeader(
        HttpHeaders.SET_COOKIE,
        name(client.getId())
            + "="
            + value
            + "; Path="
            + path()
            + "; Max-Age="
            + seconds
            + "; Secure; HttpOnly; SameSite="
            + sameSite.attribute);
  }

  private String path() {
    return RealmsResource.protocolUrl(session.getContext().getUri())
            .build(session.getContext().getRealm().getName(), OIDCLoginProtocol.LOGIN_PROTOCOL)
            .getRawPath()
        + "/";
  }

  /** To which pages the browser attaches the cookie, as RFC 6265bis names the values. */
  public enum SameSite {
    STRICT("Strict"),
    LAX("Lax"),
    NONE("None");

    private final String attribute;

    SameSite(String attribute) {
      this.attribute = attribute;
    }
  }
}
