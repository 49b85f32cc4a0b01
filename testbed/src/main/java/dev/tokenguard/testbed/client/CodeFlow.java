package dev.tokenguard.testbed.client;

import dev.tokenguard.testbed.client.Answer.UnexpectedAnswerException;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The authorization code flow with PKCE, through the forms of Keycloak. */
final class CodeFlow {

  private static final String REDIRECT = "http://127.0.0.1/callback";
  private static final Pattern FORGOTTEN =
      Pattern.compile("href=\"([^\"]*/login-actions/reset-credentials[^\"]*)\"");
  private static final Pattern CODE = Pattern.compile("[?&#]code=([^&]+)");
  private static final Pattern ACCESS_TOKEN = Pattern.compile("[&#]access_token=([^&]+)");

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
    return exchange(logIn(user, password, Map.of()));
  }

  /**
   * Logs in with the hybrid flow, without PKCE, as older applications do.
   *
   * @param frontChannel receives the access token that is issued with the code
   */
  CodeLogin withPasswordByHybridFlow(String user, String password, Consumer<String> frontChannel) {
    Page last =
        logIn(
            user,
            password,
            Map.of("response_type", "code token", "nonce", UUID.randomUUID().toString()));
    Matcher token = ACCESS_TOKEN.matcher(last.redirect().map(URI::toString).orElse(""));
    if (!token.find()) {
      throw last.without("access token");
    }
    frontChannel.accept(token.group(1));
    return exchange(last);
  }

  /** Pushes the request to Keycloak first (RFC 9126). */
  CodeLogin withPushedRequest(String user, String password) {
    Answer pushed = client.post("ext/par/request", query()).orFail();
    URI uri =
        authorizationOf(
            Map.of("client_id", client.clientId(), "request_uri", pushed.text("request_uri")));
    return exchange(logIn(open(uri), user, password));
  }

  /** Confirms the login of a device in the browser (RFC 8628). */
  Answer onDevice(String user, String password) {
    Answer device = client.post("auth/device", Map.of("scope", scopes)).orFail();
    Page consent =
        logIn(open(URI.create(device.text("verification_uri_complete"))), user, password);
    submit(consent, hidden -> Map.of("accept", "yes"));
    return client.token(
        Map.of(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:device_code",
            "device_code",
            device.text("device_code")));
  }

  /** Logs in with the form of a required action or of the action that the client requests. */
  CodeLogin withPasswordAndForm(String user, String password, Map<String, String> form) {
    return exchange(submit(logIn(user, password, Map.of()), hidden -> form));
  }

  /** Logs in at an identity provider that is also a Keycloak. */
  CodeLogin withBroker(String alias, String user, String password) {
    return exchange(logIn(user, password, Map.of("kc_idp_hint", alias)));
  }

  /**
   * Requests an e-mail to reset the password, and opens its link.
   *
   * @return completes the form of the link
   */
  Supplier<CodeLogin> byMail(String user, Supplier<URI> link, Map<String, String> form) {
    Page login = open(authorization(Map.of()));
    URI forgotten =
        login.link(FORGOTTEN).orElseThrow(() -> login.without("link to reset the password"));
    submit(open(forgotten), hidden -> Map.of("username", user));
    Page newPassword = open(link.get());
    return () -> exchange(submit(newPassword, hidden -> form));
  }

  /** Requests an action of Keycloak, and completes its form; the user is logged in. */
  CodeLogin withAction(String action, UnaryOperator<Map<String, String>> form) {
    return exchange(submit(open(authorization(Map.of("kc_action", action))), form));
  }

  /**
   * Logs in for an action that only needs a confirmation, and does not return to the client.
   *
   * @return confirms
   */
  Runnable byFinalAction(String user, String password, String action) {
    Page confirmation = logIn(user, password, Map.of("kc_action", action));
    return () -> {
      Page end = submit(confirmation, hidden -> Map.of());
      if (end.response().statusCode() != 200) {
        throw end.without("last page");
      }
    };
  }

  /**
   * Opens the login page although the user is logged in.
   *
   * @return completes the form
   */
  Supplier<CodeLogin> onceMore(String user, String password) {
    Page form = open(authorization(Map.of("prompt", "login")));
    return () -> exchange(logIn(form, user, password));
  }

  /** Logs in, and uses the code a second time. */
  List<Answer> twice(String user, String password) {
    Page last = logIn(user, password, Map.of());
    return List.of(exchange(last).answer(), exchange(last).answer());
  }

  void logout(String idToken) {
    Page end =
        open(
            URI.create(
                client.endpoint("logout") + "?" + Http.encoded(Map.of("id_token_hint", idToken))));
    if (end.response().statusCode() != 200) {
      throw end.without("last page");
    }
  }

  CodeLogin withSession() {
    return exchange(open(authorization(Map.of())));
  }

  private Page logIn(String user, String password, Map<String, String> query) {
    return logIn(open(authorization(query)), user, password);
  }

  private Page logIn(Page form, String user, String password) {
    return submit(
        form, hidden -> Map.of("username", user, "password", password, "credentialId", ""));
  }

  /**
   * Completes the form of a page.
   *
   * @param fill maps the hidden fields, which are sent as well, to the other fields
   */
  private Page submit(Page page, UnaryOperator<Map<String, String>> fill) {
    Map<String, String> fields = page.hiddenFields();
    fields.putAll(fill.apply(Map.copyOf(fields)));
    return follow(browse(Http.form(page.formAction(), fields)));
  }

  private Page open(URI uri) {
    return follow(browse(HttpRequest.newBuilder(uri)));
  }

  /** Follows to the next page of Keycloak, or back to the client. */
  private Page follow(Page answer) {
    Page page = answer;
    while (page.redirect().isPresent() && !isBack(page)) {
      page = browse(HttpRequest.newBuilder(page.redirect().get()));
    }
    return page;
  }

  private static boolean isBack(Page page) {
    return page.redirect().filter(to -> to.toString().startsWith(REDIRECT)).isPresent();
  }

  private CodeLogin exchange(Page last) {
    Matcher code = CODE.matcher(last.redirect().map(URI::toString).orElse(""));
    if (!code.find()) {
      throw last.without("code");
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

  private Page browse(HttpRequest.Builder request) {
    client.request(request);
    cookies.show(request);
    Page page = new Page(http.text(request));
    cookies.keep(page.response().headers());
    return page;
  }

  private URI authorization(Map<String, String> more) {
    Map<String, String> query = query();
    query.putAll(more);
    return authorizationOf(query);
  }

  private URI authorizationOf(Map<String, String> query) {
    return URI.create(client.endpoint("auth") + "?" + Http.encoded(query));
  }

  private Map<String, String> query() {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("client_id", client.clientId());
    query.put("response_type", "code");
    query.put("scope", scopes);
    query.put("redirect_uri", REDIRECT);
    query.put("state", UUID.randomUUID().toString());
    query.put("code_challenge_method", "S256");
    query.put("code_challenge", challenge());
    return query;
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

  /** A response of Keycloak to a browser: a page, usually with a form, or a redirect. */
  private record Page(HttpResponse<String> response) {

    private static final Pattern FORM_ACTION =
        Pattern.compile("<form[^>]*action=\"([^\"]+)\"", Pattern.DOTALL);
    private static final Pattern HIDDEN_FIELD =
        Pattern.compile("<input type=\"hidden\"[^>]*name=\"([^\"]+)\"[^>]*value=\"([^\"]*)\"");

    /** The target of a redirect; empty for a page. */
    private Optional<URI> redirect() {
      return response.statusCode() == 302 || response.statusCode() == 303
          ? response.headers().firstValue("Location").map(URI::create)
          : Optional.empty();
    }

    private URI formAction() {
      return link(FORM_ACTION).orElseThrow(() -> without("form"));
    }

    /** The hidden fields of the form, by name. */
    private Map<String, String> hiddenFields() {
      Map<String, String> fields = new LinkedHashMap<>();
      Matcher field = HIDDEN_FIELD.matcher(response.body());
      while (field.find()) {
        fields.put(field.group(1), field.group(2));
      }
      return fields;
    }

    /** The first match of a pattern whose only group is an address. */
    private Optional<URI> link(Pattern pattern) {
      Matcher link = pattern.matcher(response.body());
      return link.find()
          ? Optional.of(response.uri().resolve(link.group(1).replace("&amp;", "&")))
          : Optional.empty();
    }

    private UnexpectedAnswerException without(String what) {
      return new UnexpectedAnswerException(
          "no %s, but %d: %s".formatted(what, response.statusCode(), response.body()));
    }
  }
}
