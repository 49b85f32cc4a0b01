package dev.tokenguard.redis.connection;

import java.util.Optional;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.providers.ConnectionProvider;

/**
 * Connections to the master that the Sentinels name. Unlike the provider of Jedis it needs no
 * Sentinel to be there when it is made, and writes no stack trace for each that is away.
 */
final class SentinelMaster implements ConnectionProvider {

  private record Master(HostAndPort address, ConnectionPool pool) {}

  private final ClientConfigs configs;
  private final Sentinels sentinels;
  private final TopologyMonitor<Master> lookout;

  SentinelMaster(ClientConfigs configs) {
    this.configs = configs;
    this.sentinels =
        new Sentinels(
            configs.settings().sentinel().master().orElseThrow(),
            configs.nodes(),
            configs.sentinel());
    this.lookout =
        new TopologyMonitor<>(
            "token-guard-sentinel",
            this::follow,
            master -> master.pool().close(),
            configs.settings().poolTimeout());
  }

  private Optional<Master> follow(Optional<Master> before) {
    HostAndPort address = sentinels.master();
    return before
        .filter(master -> master.address().equals(address))
        .or(
            () ->
                Optional.of(
                    new Master(
                        address, new ConnectionPool(address, configs.redis(), configs.pool()))));
  }

  @Override
  public Connection getConnection() {
    return lookout.found().pool().getResource();
  }

  @Override
  public Connection getConnection(CommandArguments arguments) {
    return getConnection();
  }

  void dropIdle() {
    lookout.foundSoFar().ifPresent(master -> master.pool().clear());
  }

  @Override
  public void close() {
    lookout.close();
    sentinels.close();
  }
}
