package dev.tokenguard.testbed;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The authorization-code flow with PKCE, through the login form that Keycloak shows to a browser.
 */
final class CodeFlow {

  private static final String REDIRECT = "http://127.0.0.1/callback";
  private static final Pattern FORM_ACTION =
      Pattern.compile("<form[^>]*action=\"([^\"]+)\"", Pattern.DOTALL);
  private static final Pattern FORGOTTEN =
      Pattern.compile("href=\"([^\"]*/login-actions/reset-credentials[^\"]*)\"");
  private static final Pattern CODE = Pattern.compile("[?&]code=([^&]+)");

  private final Http http = new Http();
  private final OidcClient client;
  private final CookieJar cookies;
  private final String scopes;
  private final String verifier = UUID.randomUUID() + "-" + UUID.randomUUID();

  CodeFlow(OidcClient client, CookieJar cookies, String scopes) {
    this.client = client;
    this.cookies = cookies;
    this.scopes = ("openid " + scopes).strip();
  }

  CodeLogin withPassword(String user, String password) {
    return exchange(submitPassword(user, password));
  }

  /** Logs in where a required action, or the one that the client asks for, shows a form as well. */
  CodeLogin withPasswordAndForm(String user, String password, Map<String, String> form) {
    return exchange(submit(submitPassword(user, password), form));
  }

  /**
   * Has forgotten the password: asks for a mail, opens its link and fills in the form behind it.
   */
  CodeLogin withMail(String user, Supplier<URI> link, Map<String, String> form) {
    HttpResponse<String> login = browse(HttpRequest.newBuilder(authorization()));
    Matcher forgotten = FORGOTTEN.matcher(login.body());
    if (!forgotten.find()) {
      throw new AssertionError("no link to forgotten passwords: " + login.body());
    }
    URI page = authorization().resolve(forgotten.group(1).replace("&amp;", "&"));
    submit(browse(HttpRequest.newBuilder(page)), Map.of("username", user));
    return exchange(submit(browse(HttpRequest.newBuilder(link.get())), form));
  }

  /** Asks Keycloak for an action, and fills in its form; the user is logged in. */
  CodeLogin withAction(String action, Map<String, String> form) {
    String query = "&kc_action=" + action;
    HttpResponse<String> page = browse(HttpRequest.newBuilder(URI.create(authorization() + query)));
    return exchange(submit(page, form));
  }

  private HttpResponse<String> submitPassword(String user, String password) {
    HttpResponse<String> page = browse(HttpRequest.newBuilder(authorization()));
    return submit(page, Map.of("username", user, "password", password, "credentialId", ""));
  }

  /** Fills in the form of a page; a redirect to a page of Keycloak's own is followed first. */
  private HttpResponse<String> submit(HttpResponse<String> answer, Map<String, String> fields) {
    HttpResponse<String> page = answer;
    while (page.statusCode() == 302 && !CODE.matcher(location(page)).find()) {
      page = browse(HttpRequest.newBuilder(URI.create(location(page))));
    }
    Matcher form = FORM_ACTION.matcher(page.body());
    if (!form.find()) {
      throw new AssertionError("no form, but " + page.statusCode() + ": " + page.body());
    }
    return browse(Http.form(URI.create(form.group(1).replace("&amp;", "&")), fields));
  }

  private static String location(HttpResponse<String> redirect) {
    return redirect.headers().firstValue("Location").orElse("");
  }

  CodeLogin withSession() {
    return exchange(browse(HttpRequest.newBuilder(authorization())));
  }

  private CodeLogin exchange(HttpResponse<String> redirect) {
    Matcher code = CODE.matcher(location(redirect));
    if (!code.find()) {
      throw new AssertionError("no code, but " + redirect.statusCode() + ": " + redirect.body());
    }
    Answer answer =
        client.token(
            Map.of(
                "grant_type",
                "authorization_code",
                "code",
                code.group(1),
                "redirect_uri",
                REDIRECT,
                "code_verifier",
                verifier));
    return new CodeLogin(answer, cookies);
  }

  private HttpResponse<String> browse(HttpRequest.Builder request) {
    client.request(request);
    cookies.show(request);
    HttpResponse<String> response = http.text(request);
    cookies.keep(response.headers());
    return response;
  }

  private URI authorization() {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("client_id", client.clientId());
    query.put("response_type", "code");
    query.put("scope", scopes);
    query.put("redirect_uri", REDIRECT);
    query.put("state", UUID.randomUUID().toString());
    query.put("code_challenge_method", "S256");
    query.put("code_challenge", challenge());
    return URI.create(client.endpoint("auth") + "?" + Http.encoded(query));
  }

  private String challenge() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
