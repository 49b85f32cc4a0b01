package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.store.LuaScript;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** The rights that the documentation proposes are enough, as the contracts show; and no more. */
final class DocumentedUserTest {

  private static final Pattern CALL = Pattern.compile("(?:redis\\.call|command)\\('([A-Z]+)'");

  private static RedisServer server;

  private final TestClock clock = TestClock.started();
  private final RecordedTelemetry telemetry = new RecordedTelemetry();

  @BeforeAll
  static void start() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void createUser(String without) {
    try (Jedis owner = new Jedis("127.0.0.1", server.port())) {
      DocumentedUser.create(owner, without);
    }
  }

  private Redis open(String... others) {
    Map<String, String> given = new HashMap<>();
    given.put("username", DocumentedUser.NAME);
    given.put("password", DocumentedUser.PASSWORD);
    for (int index = 0; index < others.length; index += 2) {
      given.put(others[index], others[index + 1]);
    }
    return Redis.open(TestRedis.settings(server, given), telemetry);
  }

  @Test
  void given_a_database_a_name_and_a_protocol_then_the_connection_has_them() {
    createUser("");
    try (Redis redis = open("database", "3", "client-name", "kc-1", "resp", "2");
        Jedis owner = new Jedis("127.0.0.1", server.port())) {
      redis.ping();
      assertThat(owner.clientList().lines())
          .anySatisfy(line -> assertThat(line).contains("name=kc-1", "db=3", "user=keycloak"))
          .anySatisfy(line -> assertThat(line).contains("name=kc-1", "resp=2"));
    }
  }

  @Test
  void given_the_scripts_then_each_of_their_commands_is_a_right_and_there_is_no_other()
      throws IOException {
    Set<String> rights = new TreeSet<>();
    DocumentedUser.rules().stream()
        .filter(rule -> rule.startsWith("+"))
        .forEach(rule -> rights.add(rule.substring(1)));
    Set<String> used =
        new TreeSet<>(
            List.of(
                "ping",
                "select",
                "client|setname",
                "client|setinfo",
                "cluster|slots",
                "asking",
                "eval",
                "evalsha",
                "mget",
                "get"));
    scripts()
        .forEach(
            source -> {
              Matcher call = CALL.matcher(source);
              while (call.find()) {
                used.add(call.group(1).toLowerCase(Locale.ROOT));
              }
            });
    assertThat(rights).isEqualTo(used);
  }

  private static Stream<String> scripts() throws IOException {
    try (Stream<Path> files =
        Files.list(Path.of("src/main/resources/dev/tokenguard/redis/store/lua"))) {
      return files
          .map(Path::getFileName)
          .map(file -> LuaScript.of(RedisTelemetry.Operation.FIND, file.toString()).source())
          .toList()
          .stream();
    }
  }

  @Test
  void given_the_user_then_it_reaches_no_other_key_and_no_other_command() {
    createUser("");
    try (Jedis user = new Jedis("127.0.0.1", server.port())) {
      user.auth(DocumentedUser.NAME, DocumentedUser.PASSWORD);
      for (Runnable forbidden :
          List.<Runnable>of(
              () -> user.get("other"),
              () -> user.eval("return redis.call('GET', 'other')"),
              () -> user.del("tg:at:token"),
              () -> user.keys("tg:*"),
              () -> user.configGet("*"),
              user::flushAll,
              user::aclList)) {
        assertThatThrownBy(forbidden::run).hasMessageMatching("(?s).*(NOPERM|permission|can't).*");
      }
    }
  }

  @Test
  void given_a_command_of_a_script_that_is_denied_then_the_log_says_what_to_do() {
    createUser("+hset");
    try (Redis redis = open()) {
      FamilyStore store = TestRedis.store(redis);
      assertThatThrownBy(
              () -> store.rotate(Login.at(clock).refresh(0, clock), Policies.DEFAULT, it -> false))
          .isInstanceOf(StoreUnavailableException.class);
      // Redis 7.0 does not name the command, but ACL LOG does.
      assertDenied("script");
    }
  }

  @Test
  void given_scripts_that_are_denied_then_the_log_names_them_and_says_what_to_do() {
    createUser("+evalsha");
    try (Redis redis = open()) {
      FamilyStore store = TestRedis.store(redis);
      assertThatThrownBy(() -> store.find("user")).isInstanceOf(StoreUnavailableException.class);
      assertDenied("evalsha");
    }
  }

  private void assertDenied(String command) {
    assertThat(telemetry.failed).hasSize(1);
    assertThat(telemetry.failed.get(0).failure()).isEqualTo(Failure.REJECTED);
    assertThat(telemetry.failed.get(0).message())
        .containsIgnoringCase(command)
        .contains("the ACL user lacks a right, see the documentation on operations");
  }
}
