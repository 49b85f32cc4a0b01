package dev.tokenguard.testbed.keycloak;

import dev.tokenguard.testbed.client.Http;
import java.net.http.HttpRequest;

/** The metrics of a Keycloak. */
public record Meters(KeycloakServer keycloak) {

  /**
   * The value of a series, 0 when it is not there.
   *
   * @param series name and tags, as Prometheus reads them
   */
  public double value(String series) {
    return text()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .sum();
  }

  public String text() {
    return new Http()
        .text(HttpRequest.newBuilder(keycloak.managementUri().resolve("/metrics")))
        .body();
  }
}
