package dev.tokenguard.testbed.client;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A response of Keycloak to a browser: a page, usually with a form, or a redirect. */
record Page(HttpResponse<String> response) {

  private static final Pattern FORM_ACTION =
      Pattern.compile("<form[^>]*action=\"([^\"]+)\"", Pattern.DOTALL);
  private static final Pattern HIDDEN_FIELD =
      Pattern.compile("<input type=\"hidden\"[^>]*name=\"([^\"]+)\"[^>]*value=\"([^\"]*)\"");

  /** The target of a redirect; empty for a page. */
  Optional<URI> redirect() {
    return response.statusCode() == 302 || response.statusCode() == 303
        ? response.headers().firstValue("Location").map(URI::create)
        : Optional.empty();
  }

  URI formAction() {
    return link(FORM_ACTION).orElseThrow(() -> without("form"));
  }

  /** The hidden fields of the form, by name. */
  Map<String, String> hiddenFields() {
    Map<String, String> fields = new LinkedHashMap<>();
    Matcher field = HIDDEN_FIELD.matcher(response.body());
    while (field.find()) {
      fields.put(field.group(1), field.group(2));
    }
    return fields;
  }

  /** The first match of a pattern whose only group is an address. */
  Optional<URI> link(Pattern pattern) {
    Matcher link = pattern.matcher(response.body());
    return link.find()
        ? Optional.of(response.uri().resolve(link.group(1).replace("&amp;", "&")))
        : Optional.empty();
  }

  UnexpectedAnswerException without(String what) {
    return new UnexpectedAnswerException(
        "no %s, but %d: %s".formatted(what, response.statusCode(), response.body()));
  }
}
