package dev.tokenguard.resourceserver.gateway;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.testbed.process.Commands;
import java.util.List;

/** The verdict service behind Caddy, by forward_auth. */
class CaddyIT extends GatewayContract {

  @Override
  protected List<String> gateway() {
    assumeTrue(
        Commands.executable("caddy", "/usr/sbin").isPresent(),
        "There is no caddy here: apt-get install caddy");
    return List.of("caddy");
  }
}
