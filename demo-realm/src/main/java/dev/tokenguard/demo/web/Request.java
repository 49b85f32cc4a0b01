package dev.tokenguard.demo.web;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A request.
 *
 * @param origin the header {@code Origin}, which browsers send with requests from another origin
 * @param bearer the access token
 * @param fields of the query and of a form
 */
public record Request(
    String method,
    String path,
    Optional<String> origin,
    Optional<String> bearer,
    Map<String, String> fields) {

  private static final String SCHEME = "Bearer ";
  private static final int LONGEST_BODY = 64 * 1024;

  static Request of(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(LONGEST_BODY);
    String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
    return new Request(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getPath(),
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Origin")),
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
            .filter(value -> value.startsWith(SCHEME))
            .map(value -> value.substring(SCHEME.length()).strip()),
        fields(query + "&" + new String(body, StandardCharsets.UTF_8)));
  }

  /** A field; empty if it is absent. */
  public String field(String name) {
    return fields.getOrDefault(name, "");
  }

  private static Map<String, String> fields(String encoded) {
    return Arrays.stream(encoded.split("&"))
        .map(pair -> pair.split("=", 2))
        .filter(pair -> pair.length == 2)
        .collect(
            Collectors.toUnmodifiableMap(
                pair -> decoded(pair[0]), pair -> decoded(pair[1]), (first, again) -> first));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** Without the tokens, so that no message contains one. */
  @Override
  public String toString() {
    return method + " " + path;
  }
}
