package dev.tokenguard.testbed;

import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The cookies of one browser at one Keycloak. Keycloak marks its cookies as Secure on a loopback
 * address too; browsers accept that, {@link java.net.CookieManager} sends them over HTTPS only.
 */
public final class CookieJar {

  private static final Pattern EXPIRED =
      Pattern.compile(";\\s*Max-Age=0(;|$)", Pattern.CASE_INSENSITIVE);
  private static final Pattern PAIR = Pattern.compile("^([^=;]+)=([^;]*)");

  private final Map<String, String> cookies = new LinkedHashMap<>();

  synchronized void keep(HttpHeaders headers) {
    for (String line : headers.allValues("Set-Cookie")) {
      Matcher pair = PAIR.matcher(line);
      if (pair.find()) {
        if (EXPIRED.matcher(line).find()) {
          cookies.remove(pair.group(1));
        } else {
          cookies.put(pair.group(1), pair.group(2));
        }
      }
    }
  }

  synchronized void show(HttpRequest.Builder request) {
    if (!cookies.isEmpty()) {
      request.header(
          "Cookie",
          cookies.entrySet().stream()
              .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
              .collect(Collectors.joining("; ")));
    }
  }
}
