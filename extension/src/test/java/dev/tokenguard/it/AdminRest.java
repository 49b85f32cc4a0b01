package dev.tokenguard.it;

import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;

/** Token Guard's admin REST, as somebody; every answer is held against its description. */
final class AdminRest {

  private final AdminApi api;
  private final OpenApi description;

  AdminRest(AdminApi api, OpenApi description) {
    this.api = api;
    this.description = description;
  }

  Answer get(String path) {
    return checked("get", path, api.get("/token-guard" + path));
  }

  Answer put(String path, Object body) {
    return checked("put", path, api.put("/token-guard" + path, body));
  }

  Answer delete(String path) {
    return checked("delete", path, api.delete("/token-guard" + path));
  }

  private Answer checked(String method, String path, Answer answer) {
    description.check(method, path.replaceFirst("\\?.*", ""), answer);
    return answer;
  }
}
