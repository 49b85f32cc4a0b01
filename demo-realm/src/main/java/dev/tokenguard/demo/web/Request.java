package dev.tokenguard.demo.web;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A request.
 *
 * @param headers those that this server reads, by their names in lower case
 * @param fields of the query and of a form
 */
public record Request(
    String method, String path, Map<String, String> headers, Map<String, String> fields) {

  private static final int LONGEST_BODY = 64 * 1024;

  static Request of(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(LONGEST_BODY);
    String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
    return new Request(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getPath(),
        Stream.of("host", "origin", "authorization", "dpop")
            .filter(exchange.getRequestHeaders()::containsKey)
            .collect(
                Collectors.toUnmodifiableMap(
                    name -> name, name -> exchange.getRequestHeaders().getFirst(name))),
        fields(query + "&" + new String(body, StandardCharsets.UTF_8)));
  }

  /** Browsers send it with requests from another origin. */
  public Optional<String> origin() {
    return header("origin");
  }

  /** The access token of the scheme {@code Bearer} (RFC 6750). */
  public Optional<String> bearer() {
    return credentials("Bearer ");
  }

  /** The access token of the scheme {@code DPoP} (RFC 9449, section 7.1). */
  public Optional<String> bound() {
    return credentials("DPoP ");
  }

  /** The proof that the sender has the key of the access token. */
  public Optional<String> proof() {
    return header("dpop");
  }

  /** Without the query (RFC 9449, section 4.2, {@code htu}). */
  public String uri() {
    return "http://" + header("host").orElse("") + path;
  }

  private Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  private Optional<String> credentials(String scheme) {
    return header("authorization")
        .filter(value -> value.startsWith(scheme))
        .map(value -> value.substring(scheme.length()).strip());
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
