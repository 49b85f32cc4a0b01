package dev.tokenguard.testbed.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Decodes a token without verifying it. */
public final class Jwt {

  private Jwt() {}

  public static JsonNode header(String token) {
    return part(token, 0);
  }

  public static JsonNode claims(String token) {
    return part(token, 1);
  }

  private static JsonNode part(String token, int index) {
    String[] parts = token.split("\\.");
    if (parts.length != 3) {
      throw new IllegalArgumentException("not a signed token: it has " + parts.length + " parts");
    }
    byte[] json = Base64.getUrlDecoder().decode(parts[index]);
    return Json.parse(new String(json, StandardCharsets.UTF_8));
  }
}
