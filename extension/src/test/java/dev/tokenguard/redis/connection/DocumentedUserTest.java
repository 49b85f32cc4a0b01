package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.testbed.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisAccessControlException;

/** The documented ACL users have the permissions that they need, and no others. */
final class DocumentedUserTest extends ConnectionTest {

  private static final Path SCRIPTS = Path.of("src/main/resources/dev/tokenguard/redis/store/lua");
  private static final Pattern CALL = Pattern.compile("(?:redis\\.p?call|command)\\('([A-Z]+)'");
  private static final String OF_THE_CLIENT =
      "ping select client|setname client|setinfo cluster|slots asking eval evalsha mget get";

  private static RedisServer server;

  @BeforeAll
  static void start() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private Redis openWithout(String rule, String others) {
    server.execute(owner -> DocumentedUser.create(owner, rule));
    return open("url=" + server.uri(), DocumentedUser.SETTINGS, others);
  }

  @Test
  void given_a_database_a_name_and_a_protocol_then_the_connection_has_them() {
    openWithout("", "database=3 client-name=kc-1 resp=2").ping();
    assertThat(server.execute(Jedis::clientList).lines())
        .anySatisfy(
            line -> assertThat(line).contains("name=kc-1", "db=3", "user=keycloak", "resp=2"));
  }

  @Test
  void given_the_scripts_then_their_commands_and_those_of_the_client_are_the_permissions()
      throws IOException {
    Set<String> used = new TreeSet<>(Set.of(OF_THE_CLIENT.split(" ")));
    try (Stream<Path> scripts = Files.list(SCRIPTS)) {
      for (Path script : scripts.toList()) {
        CALL.matcher(Files.readString(script))
            .results()
            .forEach(call -> used.add(call.group(1).toLowerCase(Locale.ROOT)));
      }
    }
    assertThat(DocumentedUser.rules())
        .filteredOn(rule -> rule.startsWith("+"))
        .map(rule -> rule.substring(1))
        .containsExactlyInAnyOrderElementsOf(used);
  }

  @Test
  void given_the_user_then_other_keys_and_commands_are_refused() {
    server.execute(DocumentedUser::create);
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
  void given_the_user_of_an_api_then_it_reads_the_entries_and_nothing_else() throws IOException {
    String command = "ACL SETUSER api ";
    try (Stream<String> lines = Files.lines(Path.of("../docs/resource-servers.md"))) {
      String[] rules =
          lines.filter(line -> line.startsWith(command)).findFirst().orElseThrow().split(" ");
      server.execute(
          owner -> owner.aclSetUser(rules[2], Arrays.copyOfRange(rules, 3, rules.length)));
    }
    server.execute(
        owner -> owner.mset("tg:at:a", "logout", "tg:sid:b", "1 logout", "tg:sub:c", "1"));
    try (Jedis user = new Jedis("127.0.0.1", server.port())) {
      user.auth("api", "secret");
      assertThat(Stream.of("tg:at:a", "tg:sid:b", "tg:sub:c").map(user::get))
          .containsExactly("logout", "1 logout", "1");
      for (Runnable forbidden :
          List.<Runnable>of(
              () -> user.set("tg:at:a", "x"),
              () -> user.setex("tg:sub:c", 60, "x"),
              () -> user.del("tg:sid:b"),
              () -> user.expire("tg:at:a", 1),
              () -> user.hgetAll("tg:u:{user}"),
              () -> user.get("tg:u:{user}"),
              () -> user.get("other"),
              () -> user.keys("*"),
              () -> user.scan("0"),
              () -> user.publish("channel", "x"),
              user::flushAll)) {
        assertThatThrownBy(forbidden::run).isInstanceOf(JedisAccessControlException.class);
      }
    }
  }

  @Test
  void given_a_missing_permission_then_the_log_has_the_hint() {
    String hint = "the ACL user lacks a privilege: see ACL user in docs/operations.md";
    assertFails(openWithout("+evalsha", ""), Failure.REJECTED, "evalsha", hint);

    // Redis 7.0 does not name the command of a script, but ACL LOG does.
    Redis redis = openWithout("+hset", "");
    Redis.Script writing =
        new Redis.Script(Operation.BEGIN, "return redis.call('HSET', KEYS[1], 'field', 'value')");
    telemetry.failed.clear();
    assertThatThrownBy(() -> redis.run(writing, "tg:key", List.of(), reply -> reply));
    assertThat(telemetry.failed).singleElement().asString().contains("script", hint);
  }
}
