package dev.tokenguard.keycloak.events;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;

/**
 * What an administrator's event is about, such as {@code users/4711/logout}.
 *
 * <p>Keycloak writes the decoded path, in which the slash of an id looks like a separator. The
 * address of the request has it encoded, so the parts are taken from there.
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

  /** In a path a plus sign is itself. */
  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  boolean isBelow(String collection) {
    return length() > 1 && part(0).equals(collection);
  }

  int length() {
    return parts.size();
  }

  /** Empty when the path is shorter. */
  String part(int index) {
    return index < parts.size() ? parts.get(index) : "";
  }
}
