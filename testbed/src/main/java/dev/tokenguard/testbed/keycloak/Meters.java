package dev.tokenguard.testbed.keycloak;

import dev.tokenguard.testbed.client.Http;
import java.net.http.HttpRequest;

/** The metrics of a Keycloak. */
public record Meters(KeycloakServer keycloak) {

  /**
   * The value of a series; 0 if it does not exist.
   *
   * @param series name and tags, in the format of Prometheus
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
