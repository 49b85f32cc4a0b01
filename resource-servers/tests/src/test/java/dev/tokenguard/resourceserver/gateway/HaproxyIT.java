package dev.tokenguard.resourceserver.gateway;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.testbed.process.Commands;
import java.util.List;

/** The verdict service behind HAProxy, by an action in Lua. */
class HaproxyIT extends GatewayContract {

  @Override
  protected List<String> gateway() {
    assumeTrue(
        Commands.executable("haproxy", "/usr/sbin").isPresent(),
        "There is no haproxy here: apt-get install haproxy");
    return List.of("haproxy");
  }
}
