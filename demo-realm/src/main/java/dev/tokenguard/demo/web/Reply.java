package dev.tokenguard.demo.web;

import dev.tokenguard.testbed.client.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A response. */
public record Reply(int status, Map<String, String> headers, byte[] body) {

  public static Reply of(int status) {
    return new Reply(status, Map.of(), new byte[0]);
  }

  /** Not cacheable, because the content changes constantly. */
  public static Reply json(int status, Object value) {
    return new Reply(
        status,
        Map.of("Content-Type", "application/json", "Cache-Control", "no-store"),
        Json.write(value).getBytes(StandardCharsets.UTF_8));
  }

  public Reply with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Reply(status, more, body);
  }
}
