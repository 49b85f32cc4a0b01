package dev.tokenguard.demo.app;

import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Request;
import dev.tokenguard.demo.web.WebServer.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Serves the files of the page, which are next to this class. */
final class Page implements Route {

  private static final Pattern FILE =
      Pattern.compile("/((?:[a-z-]+/)?[a-z][a-z-]*(?:\\.min)?)\\.(html|css|js|svg)");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private final String policy;

  /**
   * @param others the other origins that the page may call
   */
  Page(URI... others) {
    StringBuilder connect = new StringBuilder("connect-src 'self'");
    for (URI origin : others) {
      connect.append(' ').append(origin);
    }
    policy =
        String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            connect,
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'");
  }

  @Override
  public Reply answer(Request request) {
    String path = request.path().equals("/") ? "/index.html" : request.path();
    return read(path)
        .map(content -> new Reply(200, headers(path), content))
        .orElseGet(() -> Reply.of(404));
  }

  private Map<String, String> headers(String path) {
    return Map.of(
        "Content-Type", TYPES.get(path.substring(path.lastIndexOf('.') + 1)),
        "Content-Security-Policy", policy,
        "X-Content-Type-Options", "nosniff",
        "Referrer-Policy", "no-referrer",
        "Cross-Origin-Opener-Policy", "same-origin",
        "Cache-Control", "no-cache");
  }

  private static Optional<byte[]> read(String path) {
    if (!FILE.matcher(path).matches()) {
      return Optional.empty();
    }
    try (InputStream file = Page.class.getResourceAsStream("page" + path)) {
      return file == null ? Optional.empty() : Optional.of(file.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
