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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The authorization-code flow with PKCE, through the login form that Keycloak shows to a browser.
 */
final class CodeFlow {

  private static final String REDIRECT = "http://127.0.0.1/callback";
  private static final Pattern FORM_ACTION =
      Pattern.compile("<form[^>]*id=\"kc-form-login\"[^>]*action=\"([^\"]+)\"", Pattern.DOTALL);
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
    HttpResponse<String> page = browse(HttpRequest.newBuilder(authorization()));
    Matcher form = FORM_ACTION.matcher(page.body());
    if (!form.find()) {
      throw new AssertionError("no login form, but " + page.statusCode() + ": " + page.body());
    }
    URI action = URI.create(form.group(1).replace("&amp;", "&"));
    return exchange(
        browse(
            Http.form(action, Map.of("username", user, "password", password, "credentialId", ""))));
  }

  CodeLogin withSession() {
    return exchange(browse(HttpRequest.newBuilder(authorization())));
  }

  private CodeLogin exchange(HttpResponse<String> redirect) {
    Matcher code = CODE.matcher(redirect.headers().firstValue("Location").orElse(""));
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
