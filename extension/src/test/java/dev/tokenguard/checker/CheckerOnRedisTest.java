package dev.tokenguard.checker;

import static dev.tokenguard.checker.CheckedTokens.ISSUED_AT;
import static dev.tokenguard.checker.CheckedTokens.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tokenguard.checker.Verdict.Active;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.Verdict.Unknown;
import dev.tokenguard.testbed.redis.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisAccessControlException;

/** The contract on a real Redis, read by the user that the documentation proposes. */
final class CheckerOnRedisTest {

  private static final Path DOCUMENTATION = Path.of("../docs/resource-servers.md");
  private static final Pattern COUNTED = Pattern.compile("cmdstat_(\\S+):calls=(\\d+)");

  private static RedisServer server;
  private static UnifiedJedis owner;
  private static UnifiedJedis reader;

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.start();
    owner = RedisClient.create("127.0.0.1", server.port());
    owner.sendCommand(Protocol.Command.ACL, documentedUser());
    reader = connect("api", "secret");
  }

  @AfterAll
  static void stop() {
    reader.close();
    owner.close();
    server.close();
  }

  @BeforeEach
  void empty() {
    owner.flushAll();
  }

  @Test
  void given_nothing_revoked_then_the_token_is_alive() {
    assertThat(checker().check(ordinary())).isEqualTo(new Active());
  }

  @Test
  void given_each_of_the_keys_then_the_token_is_dead() {
    String later = Long.toString(ISSUED_AT + 1);
    Map<Scope, String> keys = ContractKeys.of("tg:", ordinary());
    keys.forEach(
        (scope, key) -> {
          owner.flushAll();
          owner.setex(key, 60, later);

          assertThat(checker().check(ordinary())).isEqualTo(new Revoked(scope, later));
        });
    assertThat(keys).hasSize(3);
  }

  @Test
  void given_a_check_then_it_is_one_command() {
    checker().check(ordinary());
    owner.sendCommand(Protocol.Command.CONFIG, "RESETSTAT");

    checker().check(ordinary());

    assertThat(commandsCounted()).containsOnly(Map.entry("mget", 1L));
  }

  @Test
  void given_a_pipeline_as_on_a_cluster_then_the_verdict_is_the_same() {
    owner.setex("tg:sid:session", 60, "9999999999 logout");
    RevocationChecker checker =
        RevocationChecker.of(CheckerOnRedisTest::pipelined, WhenUnavailable.REFUSE);

    assertThat(checker.check(ordinary())).isEqualTo(new Revoked(Scope.SESSION, "logout"));
  }

  @Test
  void given_the_documented_user_then_it_can_neither_write_nor_read_anything_else() {
    owner.hset("tg:u:{user}", "u", "1");
    for (Runnable forbidden :
        List.<Runnable>of(
            () -> reader.set("tg:at:token", "x"),
            () -> reader.setex("tg:sub:user", 60, "x"),
            () -> reader.del("tg:sid:session"),
            () -> reader.expire("tg:at:token", 1),
            () -> reader.hgetAll("tg:u:{user}"),
            () -> reader.get("tg:u:{user}"),
            () -> reader.mget("tg:at:token", "other"),
            () -> reader.keys("*"),
            () -> reader.scan("0"),
            () -> reader.publish("channel", "x"),
            reader::flushAll)) {
      assertThatExceptionOfType(JedisAccessControlException.class).isThrownBy(forbidden::run);
    }
    assertThat(reader.ping()).isEqualTo("PONG");
  }

  @Test
  void given_a_wrong_password_then_nothing_is_known() {
    try (UnifiedJedis stranger = connect("api", "guess")) {
      assertThat(checkerOf(stranger).check(ordinary())).isInstanceOf(Unknown.class);
    }
  }

  @Test
  void given_redis_away_then_nothing_is_known() {
    try (RedisServer other = RedisServer.start();
        UnifiedJedis client = RedisClient.create("127.0.0.1", other.port())) {
      RevocationChecker checker = checkerOf(client);
      assertThat(checker.check(ordinary())).isEqualTo(new Active());
      other.stop();

      assertThat(checker.check(ordinary())).isInstanceOf(Unknown.class);
    }
  }

  private static RevocationChecker checker() {
    return checkerOf(reader);
  }

  private static RevocationChecker checkerOf(UnifiedJedis jedis) {
    return RevocationChecker.of(
        keys -> jedis.mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE);
  }

  private static List<String> pipelined(List<String> keys) {
    try (AbstractPipeline pipeline = reader.pipelined()) {
      List<Response<String>> values = keys.stream().map(pipeline::get).toList();
      pipeline.sync();
      return values.stream().map(Response::get).toList();
    }
  }

  private static UnifiedJedis connect(String user, String password) {
    return RedisClient.builder()
        .hostAndPort(new HostAndPort("127.0.0.1", server.port()))
        .clientConfig(
            DefaultJedisClientConfig.builder()
                .user(user)
                .password(password)
                .clientName("orders-api")
                .resp3()
                .build())
        .build();
  }

  /** All commands that were run since the statistics were reset, but for the reset itself. */
  private static Map<String, Long> commandsCounted() {
    Map<String, Long> counted = new TreeMap<>();
    Matcher stats = COUNTED.matcher(owner.info("commandstats"));
    while (stats.find()) {
      counted.put(stats.group(1), Long.parseLong(stats.group(2)));
    }
    counted.remove("config|resetstat");
    return counted;
  }

  /** The command of the documentation, without its first word. */
  private static String[] documentedUser() throws Exception {
    String command =
        Files.readString(DOCUMENTATION)
            .lines()
            .filter(line -> line.startsWith("ACL SETUSER api "))
            .findFirst()
            .orElseThrow();
    return command.substring("ACL ".length()).split(" ");
  }
}
