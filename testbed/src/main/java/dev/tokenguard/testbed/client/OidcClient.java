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
 * An application that uses the OpenID Connect endpoints of one realm as one client.
 *
 * <p>Responses are returned unchanged, including errors. Immutable and thread-safe.
 */
public final class OidcClient {

  private final Http http = new Http();
  private final URI base;
  private final String realm;
  private final String clientId;
  private final Optional<String> secret;
  private final Map<String, String> headers;
  private final Optional<CookieJar> cookies;

  private OidcClient(
      URI base,
      String realm,
      String clientId,
      Optional<String> secret,
      Map<String, String> headers,
      Optional<CookieJar> cookies) {
    this.base = base;
    this.realm = realm;
    this.clientId = clientId;
    this.secret = secret;
    this.headers = headers;
    this.cookies = cookies;
  }

  public static OidcClient of(URI base, String realm, String clientId) {
    return new OidcClient(
        base, realm, clientId, Optional.empty(), Map.of("User-Agent", "testbed"), Optional.empty());
  }

  public OidcClient withSecret(String clientSecret) {
    return new OidcClient(base, realm, clientId, Optional.of(clientSecret), headers, cookies);
  }

  /** The same client with an additional or changed header. */
  public OidcClient withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new OidcClient(base, realm, clientId, secret, Map.copyOf(more), cookies);
  }

  /** The same client in a browser that sends and stores cookies at the endpoints for tokens. */
  public OidcClient withCookies(CookieJar jar) {
    return new OidcClient(base, realm, clientId, secret, headers, Optional.of(jar));
  }

  public String clientId() {
    return clientId;
  }

  /** Logs in with the password grant and OpenID Connect: the response has an ID token. */
  public Answer login(String user, String password, String... scopes) {
    return loginFor(("openid " + String.join(" ", scopes)).strip(), user, password);
  }

  /**
   * Logs in with the password grant.
   *
   * @param scope without {@code openid}, the response has no ID token
   */
  public Answer loginFor(String scope, String user, String password) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "password");
    form.put("username", user);
    form.put("password", password);
    form.put("scope", scope);
    return token(form);
  }

  /** Logs in with the authorization code flow and PKCE, in a new browser. */
  public CodeLogin loginWithCode(String user, String password, String... scopes) {
    CodeFlow flow = new CodeFlow(this, new CookieJar(), String.join(" ", scopes));
    return flow.withPassword(user, password);
  }

  /**
   * Logs in with the hybrid flow, in a new browser.
   *
   * @param frontChannel receives the access token that is issued with the code
   */
  public CodeLogin loginWithHybridFlow(
      String user, String password, Consumer<String> frontChannel) {
    return new CodeFlow(this, new CookieJar(), "")
        .withPasswordByHybridFlow(user, password, frontChannel);
  }

  /** Logs in with an authorization code, and pushes the request first (RFC 9126). */
  public CodeLogin loginWithPushedRequest(String user, String password) {
    return new CodeFlow(this, new CookieJar(), "").withPushedRequest(user, password);
  }

  /** Logs in on a device; the user confirms in a browser (RFC 8628). */
  public Answer loginOnDevice(String user, String password) {
    return new CodeFlow(this, new CookieJar(), "").onDevice(user, password);
  }

  /** Logs in with an authorization code in a browser with a session: Keycloak shows no form. */
  public CodeLogin loginWithCode(CookieJar cookies, String... scopes) {
    return new CodeFlow(this, cookies, String.join(" ", scopes)).withSession();
  }

  /**
   * Opens the login page in a browser with a session, for another login.
   *
   * @return completes the form
   */
  public Supplier<CodeLogin> askForLogin(CookieJar cookies, String user, String password) {
    return new CodeFlow(this, cookies, "").onceMore(user, password);
  }

  /** Logs in with an authorization code, and uses the code a second time. */
  public List<Answer> loginWithCodeTwice(String user, String password) {
    return new CodeFlow(this, new CookieJar(), "").twice(user, password);
  }

  /** Logs a browser out, with the ID token of its login. */
  public void logoutInBrowser(CookieJar cookies, String idToken) {
    new CodeFlow(this, cookies, "").logout(idToken);
  }

  /** An access token of the service account of the client. */
  public Answer loginAsService() {
    return token(Map.of("grant_type", "client_credentials"));
  }

  /** Logs in, and completes the form of a required action. */
  public CodeLogin loginWithCodeAndForm(String user, String password, Map<String, String> form) {
    return new CodeFlow(this, new CookieJar(), "").withPasswordAndForm(user, password, form);
  }

  /**
   * Logs in with a new password, through the e-mail of Keycloak to reset the password.
   *
   * @param link waits for the e-mail and returns its link
   */
  public CodeLogin loginWithMail(String user, Supplier<URI> link, Map<String, String> form) {
    return askForMail(user, link, form).get();
  }

  /** The same up to the form; the result completes it. */
  public Supplier<CodeLogin> askForMail(String user, Supplier<URI> link, Map<String, String> form) {
    return new CodeFlow(this, new CookieJar(), "").byMail(user, link, form);
  }

  /** Requests an action of Keycloak, such as UPDATE_PASSWORD, in a browser with a session. */
  public CodeLogin act(CookieJar cookies, String action, Map<String, String> form) {
    return act(cookies, action, hidden -> form);
  }

  /**
   * As {@link #act(CookieJar, String, Map)}, with fields that depend on the page.
   *
   * @param form maps the hidden fields of the page, which are sent as well, to the other fields
   */
  public CodeLogin act(CookieJar cookies, String action, UnaryOperator<Map<String, String>> form) {
    return new CodeFlow(this, cookies, "").withAction(action, form);
  }

  /** Logs in at an identity provider that is also a Keycloak, and returns to this client. */
  public CodeLogin loginWithBroker(String alias, String user, String password, String... scopes) {
    return new CodeFlow(this, new CookieJar(), String.join(" ", scopes))
        .withBroker(alias, user, password);
  }

  /** Logs in to delete the account of the user, as the account console does, and confirms. */
  public void deleteAccount(String user, String password) {
    askToDeleteAccount(user, password).run();
  }

  /** The same up to the confirmation page; the result confirms. */
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

  /** Any request to the token endpoint; the client authentication is added. */
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

  /** Removes a credential of the user through the account REST API. */
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

  /** Any request to an endpoint with a form; the client authentication is added. */
  public Answer post(String endpoint, Map<String, String> fields) {
    Map<String, String> form = new LinkedHashMap<>(fields);
    form.put("client_id", clientId);
    secret.ifPresent(value -> form.put("client_secret", value));
    HttpRequest.Builder request = request(Http.form(endpoint(endpoint), form));
    cookies.ifPresent(jar -> jar.show(request));
    Answer answer = http.send(request);
    cookies.ifPresent(jar -> jar.keep(answer.headers()));
    return answer;
  }

  /**
   * A login with an authorization code.
   *
   * @param answer the response of the token endpoint
   * @param cookies the browser, for another login in the same session
   */
  public record CodeLogin(Answer answer, CookieJar cookies) {}
}
