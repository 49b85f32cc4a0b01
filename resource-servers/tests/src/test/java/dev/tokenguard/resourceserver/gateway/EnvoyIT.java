package dev.tokenguard.resourceserver.gateway;

import java.nio.file.Path;
import java.util.List;

/** The verdict service by Envoy's protocol, with a real gRPC client; see {@link EnvoyStandIn}. */
class EnvoyIT extends GatewayContract {

  @Override
  protected List<String> gateway() {
    return List.of(
        "envoy",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        EnvoyStandIn.class.getName());
  }
}
