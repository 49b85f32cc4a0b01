package dev.tokenguard.testbed.client;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The cookies of one browser at one Keycloak. Keycloak's cookies are Secure on a loopback address
 * as well; browsers accept that, but {@link java.net.CookieManager} sends them over HTTPS only.
 */
public final class CookieJar {

  private static final Pattern EXPIRED =
      Pattern.compile(";\\s*Max-Age=0(;|$)", Pattern.CASE_INSENSITIVE);
  private static final Pattern PAIR = Pattern.compile("^([^=;]+)=([^;]*)");
  private static final Pattern PATH =
      Pattern.compile(";\\s*Path=([^;]*)", Pattern.CASE_INSENSITIVE);

  private final Map<Key, String> cookies = new LinkedHashMap<>();

  /** The value of the cookie whose name starts so; empty if there is none. */
  public synchronized Optional<String> valueOf(String prefix) {
    return cookies.entrySet().stream()
        .filter(cookie -> cookie.getKey().name().startsWith(prefix))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Replaces the value of the cookie whose name starts so. */
  public synchronized void replace(String prefix, String value) {
    cookies.replaceAll((key, old) -> key.name().startsWith(prefix) ? value : old);
  }

  synchronized void keep(HttpHeaders headers) {
    for (String line : headers.allValues("Set-Cookie")) {
      Matcher pair = PAIR.matcher(line);
      if (pair.find()) {
        Matcher path = PATH.matcher(line);
        Key key = new Key(pair.group(1), path.find() ? path.group(1) : "/");
        if (EXPIRED.matcher(line).find()) {
          cookies.remove(key);
        } else {
          cookies.put(key, pair.group(2));
        }
      }
    }
  }

  synchronized void show(HttpRequest.Builder request) {
    URI uri = request.build().uri();
    String shown =
        cookies.entrySet().stream()
            .filter(cookie -> cookie.getKey().isFor(uri))
            .map(cookie -> cookie.getKey().name() + "=" + cookie.getValue())
            .collect(Collectors.joining("; "));
    if (!shown.isEmpty()) {
      request.header("Cookie", shown);
    }
  }

  /** The realms use the same names with different paths. */
  private record Key(String name, String path) {
    boolean isFor(URI uri) {
      return uri.getPath().startsWith(path);
    }
  }
}
