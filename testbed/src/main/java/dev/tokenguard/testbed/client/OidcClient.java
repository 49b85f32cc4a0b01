package dev.tokenguard.testbed.client;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * An application: it talks to the standard OpenID Connect endpoints of one realm, as one client.
 *
 * <p>Answers are returned as they come, refusals included. Immutable, for use by many threads.
 */
public final class OidcClient {

  private final Http http = new Http();
  private final URI base;
  private final String realm;
  private final String clientId;
  private final Optional<String> secret;
  private final Map<String, String> headers;

  private OidcClient(
      URI base,
      String realm,
      String clientId,
      Optional<String> secret,
      Map<String, String> headers) {
    this.base = base;
    this.realm = realm;
    this.clientId = clientId;
    this.secret = secret;
    this.headers = headers;
  }

  public static OidcClient of(URI base, String realm, String clientId) {
    return new OidcClient(base, realm, clientId, Optional.empty(), Map.of("User-Agent", "testbed"));
  }

  public OidcClient withSecret(String clientSecret) {
    return new OidcClient(base, realm, clientId, Optional.of(clientSecret), headers);
  }

  /** The same client that sends a header more, or another value of one. */
  public OidcClient withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new OidcClient(base, realm, clientId, secret, Map.copyOf(more));
  }

  public String clientId() {
    return clientId;
  }

  /** Logs in by the password grant, by OpenID Connect: there is an ID token. */
  public Answer login(String user, String password, String... scopes) {
    return loginFor(("openid " + String.join(" ", scopes)).strip(), user, password);
  }

  /**
   * Logs in by the password grant.
   *
   * @param scope of OAuth 2.0: without {@code openid} there is no ID token
   */
  public Answer loginFor(String scope, String user, String password) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "password");
    form.put("username", user);
    form.put("password", password);
    form.put("scope", scope);
    return token(form);
  }

  /** Logs in by the authorization code with PKCE, in a new browser. */
  public CodeLogin loginWithCode(String user, String password, String... scopes) {
    CodeFlow flow = new CodeFlow(this, new CookieJar(), String.join(" ", scopes));
    return flow.withPassword(user, password);
  }

  /**
   * Logs in by the hybrid flow, in a new browser.
   *
   * @param frontChannel takes the access token that comes with the code
   */
  public CodeLogin loginWithHybridFlow(
      String user, String password, Consumer<String> frontChannel) {
    return new CodeFlow(this, new CookieJar(), "")
        .withPasswordByHybridFlow(user, password, frontChannel);
  }

  /**
   * Logs in by the authorization code in a browser where the user is logged in: no form is shown.
   */
  public CodeLogin loginWithCode(CookieJar cookies, String... scopes) {
    return new CodeFlow(this, cookies, String.join(" ", scopes)).withSession();
  }

  /**
   * Opens the login page in a browser where the user is logged in, to log in once more.
   *
   * @return fills in the form
   */
  public Supplier<CodeLogin> askForLogin(CookieJar cookies, String user, String password) {
    return new CodeFlow(this, cookies, "").onceMore(user, password);
  }

  /** Logs in by the authorization code, and presents the code a second time. */
  public List<Answer> loginWithCodeTwice(String user, String password) {
    return new CodeFlow(this, new CookieJar(), "").twice(user, password);
  }

  /** Logs a browser out, by the ID token of its login. */
  public void logoutInBrowser(CookieJar cookies, String idToken) {
    new CodeFlow(this, cookies, "").logout(idToken);
  }

  /** An access token of the client itself. */
  public Answer loginAsService() {
    return token(Map.of("grant_type", "client_credentials"));
  }

  /** Logs in, and fills in the form of the action that the user is required to do. */
  public CodeLogin loginWithCodeAndForm(String user, String password, Map<String, String> form) {
    return new CodeFlow(this, new CookieJar(), "").withPasswordAndForm(user, password, form);
  }

  /**
   * Logs in with a new password, by the mail that Keycloak sends to who has forgotten it.
   *
   * @param link waits for the mail and gives its link
   */
  public CodeLogin loginWithMail(String user, Supplier<URI> link, Map<String, String> form) {
    return askForMail(user, link, form).get();
  }

  /** The same up to the form; what is returned fills it in. */
  public Supplier<CodeLogin> askForMail(String user, Supplier<URI> link, Map<String, String> form) {
    return new CodeFlow(this, new CookieJar(), "").byMail(user, link, form);
  }

  /**
   * Has Keycloak do an action, such as UPDATE_PASSWORD, in a browser where the user is logged in.
   */
  public CodeLogin act(CookieJar cookies, String action, Map<String, String> form) {
    return act(cookies, action, hidden -> form);
  }

  /**
   * As {@link #act(CookieJar, String, Map)}, where what is filled in depends on the page.
   *
   * @param form is told the hidden fields of the page, which are sent along
   */
  public CodeLogin act(CookieJar cookies, String action, UnaryOperator<Map<String, String>> form) {
    return new CodeFlow(this, cookies, "").withAction(action, form);
  }

  /** Logs in at an identity provider that is a Keycloak, too, and comes back to this client. */
  public CodeLogin loginWithBroker(String alias, String user, String password, String... scopes) {
    return new CodeFlow(this, new CookieJar(), String.join(" ", scopes))
        .withBroker(alias, user, password);
  }

  /** Logs in to delete the user's account, as the account console does, and says yes. */
  public void deleteAccount(String user, String password) {
    askToDeleteAccount(user, password).run();
  }

  /** The same up to the question; what is returned says yes. */
  public Runnable askToDeleteAccount(String user, String password) {
    return new CodeFlow(this, new CookieJar(), "").byFinalAction(user, password, "delete_account");
  }

  public Answer refresh(String refreshToken) {
    return token(Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
  }

  public Answer refresh(String refreshToken, String scope) {
    return token(
        Map.of("grant_type", "refresh_token", "refresh_token", refreshToken, "scope", scope));
  }

  /** Any request to the token endpoint; the client's identity is added. */
  public Answer token(Map<String, String> fields) {
    return post("token", fields);
  }

  public Answer revoke(String token) {
    return post("revoke", Map.of("token", token));
  }

  public Answer logout(String refreshToken) {
    return post("logout", Map.of("refresh_token", refreshToken));
  }

  public Answer introspect(String token) {
    return post("token/introspect", Map.of("token", token));
  }

  public Answer introspectRefreshToken(String token) {
    return post("token/introspect", Map.of("token", token, "token_type_hint", "refresh_token"));
  }

  public Answer userinfo(String accessToken) {
    return http.send(
        request(HttpRequest.newBuilder(endpoint("userinfo")))
            .header("Authorization", "Bearer " + accessToken));
  }

  /** Withdraws the user's consent to a client, as the account console does. */
  public Answer withdrawConsent(String accessToken, String toClient) {
    return deleteInAccount("/applications/" + toClient + "/consent", accessToken);
  }

  /** Removes a credential of the user by the REST interface of the account console. */
  public Answer removeCredential(String accessToken, String credentialId) {
    return deleteInAccount("/credentials/" + credentialId, accessToken);
  }

  private Answer deleteInAccount(String path, String accessToken) {
    URI uri = base.resolve("/realms/" + realm + "/account" + path);
    return http.send(
        request(HttpRequest.newBuilder(uri).DELETE())
            .header("Accept", "application/json")
            .header("Authorization", "Bearer " + accessToken));
  }

  URI endpoint(String name) {
    return base.resolve("/realms/" + realm + "/protocol/openid-connect/" + name);
  }

  HttpRequest.Builder request(HttpRequest.Builder request) {
    headers.forEach(request::header);
    return request;
  }

  private Answer post(String endpoint, Map<String, String> fields) {
    Map<String, String> form = new LinkedHashMap<>(fields);
    form.put("client_id", clientId);
    secret.ifPresent(value -> form.put("client_secret", value));
    return http.send(request(Http.form(endpoint(endpoint), form)));
  }
}
