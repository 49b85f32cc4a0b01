package dev.tokenguard.demo;

import java.net.URI;
import java.net.URISyntaxException;

/** The address of a Redis; shown, its password is masked. */
record RedisAddress(URI uri) {

  static RedisAddress parse(String text) {
    try {
      URI uri = new URI(text);
      if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("rediss?")) {
        return new RedisAddress(uri);
      }
    } catch (URISyntaxException notAnAddress) {
      // Said below, without the text: it may hold a password.
    }
    throw new DemoFailure("REDIS_URL is not an address like redis://host:6379.");
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
