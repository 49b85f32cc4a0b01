package dev.tokenguard.gateway;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request has as {@code Authorization} (RFC 6750, section 2.1). */
sealed interface BearerToken {

  /** No credentials, or such of another scheme. */
  record None() implements BearerToken {}

  /** More than one header: the API could use the one that was not checked. */
  record Ambiguous() implements BearerToken {}

  /** Not the syntax of a token, or too long. */
  record Malformed() implements BearerToken {}

  record Present(String value) implements BearerToken {}

  /** The scheme is case-insensitive (RFC 9110, section 11.1). */
  Pattern CREDENTIALS = Pattern.compile("(?i:Bearer)(?: +(.*))?");

  /** {@code b64token}. A comma, which joins several headers, is not in it. */
  Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]++=*+");

  static BearerToken in(List<String> headers, int maxLength) {
    if (headers.isEmpty()) {
      return new None();
    }
    if (headers.size() > 1) {
      return new Ambiguous();
    }
    Matcher credentials = CREDENTIALS.matcher(headers.get(0));
    if (!credentials.matches()) {
      return new None();
    }
    String token = credentials.group(1);
    boolean isToken =
        token != null && token.length() <= maxLength && TOKEN.matcher(token).matches();
    return isToken ? new Present(token) : new Malformed();
  }
}
