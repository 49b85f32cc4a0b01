package dev.tokenguard.keycloak.events;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;

/**
 * The resource path of an admin event, such as {@code users/4711/logout}.
 *
 * <p>The path in the event is decoded, so a slash within an id looks like a separator. Therefore
 * the parts are taken from the URL of the request, where it is encoded.
 */
record AdminResourcePath(List<String> parts) {

  private static final String REALMS = "/realms/";

  /**
   * @param session of the request that the event belongs to
   */
  static AdminResourcePath of(AdminEvent event, KeycloakSession session) {
    String path = event.getResourcePath();
    if (path == null) {
      return new AdminResourcePath(List.of());
    }
    List<String> requested = requested(session);
    return new AdminResourcePath(
        String.join("/", requested).equals(path) ? requested : split(path));
  }

  private static List<String> requested(KeycloakSession session) {
    try {
      String raw = session.getContext().getUri().getRequestUri().getRawPath();
      int realm = raw.indexOf(REALMS);
      int below = raw.indexOf('/', realm + REALMS.length());
      return realm < 0 || below < 0
          ? List.of()
          : split(raw.substring(below + 1)).stream().map(AdminResourcePath::decoded).toList();
    } catch (RuntimeException noRequest) {
      return List.of();
    }
  }

  private static List<String> split(String path) {
    return Arrays.stream(path.split("/")).toList();
  }

  /** Unlike in a query, a plus sign in a path is no space. */
  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  boolean isBelow(String collection) {
    return length() > 1 && part(0).equals(collection);
  }

  int length() {
    return parts.size();
  }

  /** Empty if the path has fewer parts. */
  String part(int index) {
    return index < parts.size() ? parts.get(index) : "";
  }
}
