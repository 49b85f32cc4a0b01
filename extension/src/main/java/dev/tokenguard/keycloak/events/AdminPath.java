package dev.tokenguard.keycloak.events;

import java.util.List;
import org.keycloak.events.admin.AdminEvent;

/** What an administrator's event is about, such as {@code users/4711/logout}. */
record AdminPath(List<String> parts) {

  static AdminPath of(AdminEvent event) {
    String path = event.getResourcePath();
    return new AdminPath(path == null ? List.of() : List.of(path.split("/")));
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
