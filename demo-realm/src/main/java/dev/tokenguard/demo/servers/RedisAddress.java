package dev.tokenguard.demo.servers;

import dev.tokenguard.demo.terminal.DemoFailure;
import java.net.URI;
import java.net.URISyntaxException;

/** The address of a Redis; {@code toString} masks the password. */
public record RedisAddress(URI uri) {

  public static RedisAddress parse(String text) {
    try {
      URI uri = new URI(text);
      if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("rediss?")) {
        return new RedisAddress(uri);
      }
    } catch (URISyntaxException notAnAddress) {
      // Reported below, without the text, which may contain a password.
    }
    throw new DemoFailure("REDIS_URL must be an address such as redis://host:6379.");
  }

  @Override
  public String toString() {
    String userInfo = uri.getRawUserInfo();
    if (userInfo == null) {
      return uri.toString();
    }
    String user = userInfo.contains(":") ? userInfo.substring(0, userInfo.indexOf(':')) : "";
    return uri.toString().replace(userInfo + "@", user + ":***@");
  }
}
