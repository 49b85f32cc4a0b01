package dev.tokenguard.resourceserver.gateway;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.testbed.process.Commands;
import java.util.List;

/** The verdict service behind Apache httpd, by mod_lua and LuaSocket. */
class ApacheIT extends GatewayContract {

  @Override
  protected List<String> gateway() {
    assumeTrue(
        Commands.executable("apache2", "/usr/sbin").isPresent(),
        "There is no apache here: apt-get install apache2 lua-socket");
    return List.of("apache");
  }
}
