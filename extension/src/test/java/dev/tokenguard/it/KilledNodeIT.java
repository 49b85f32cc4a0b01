package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.GuardedKeycloak;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** A node is killed while it ends what many users have: it goes on when it is started again. */
class KilledNodeIT extends LabTest {

  /** Enough that the kill comes before the last of them is done. */
  private static final int USERS = 60;

  private static final Duration DONE = Duration.ofSeconds(30);

  private static RedisServer redis;
  private static KeycloakServer keycloak;
  private static List<String> users;

  @BeforeAll
  static void startOwn() {
    redis = RedisServer.start();
    keycloak =
        GuardedKeycloak.builder()
            .realm(Lab.realmFile())
            // H2 writes what is committed half a second later, which is not what is tested here.
            .option("db-url-properties", ";NON_KEYWORDS=VALUE;WRITE_DELAY=0")
            // Long enough for a machine that is busy with its own tests.
            .option("spi-redis-connection--jedis--read-timeout", "4000")
            .option("spi-redis-connection--jedis--url", redis.uri().toString())
            .start();
    LOGS.watch(keycloak.log());
    users = IntStream.range(0, USERS).mapToObj(KilledNodeIT::createUser).toList();
  }

  @AfterAll
  static void stopOwn() {
    keycloak.close();
    redis.close();
  }

  private final AdminApi admin = keycloak.admin("demo");
  private final OidcClient client = OidcClient.of(keycloak.baseUri(), "demo", "demo-strict");

  @Test
  void given_a_logout_of_the_realm_when_the_node_is_killed_midway_then_no_offline_token_lives_on() {
    List<Answer> logins = logInAll();

    long decided = keycloak.log().size();
    admin.post("/logout-all", null).orFail();
    keycloak.kill();
    assertResourceServersKnow(logins);
    startAgain(decided);

    assertAllAreDead(logins);
    assertALoginOutlivesTheNextStart();
  }

  @Test
  void given_a_client_disabled_when_the_node_is_killed_midway_then_enabling_it_revives_no_token() {
    List<Answer> logins = logInAll();

    long decided = keycloak.log().size();
    setClientEnabled(false);
    keycloak.kill();
    startAgain(decided);
    setClientEnabled(true);

    assertAllAreDead(logins);
  }

  private static String createUser(int index) {
    String name = "many-" + index;
    keycloak.admin("demo").createUser(name, Lab.PASSWORD);
    return name;
  }

  private List<Answer> logInAll() {
    return users.stream()
        .map(name -> client.login(name, Lab.PASSWORD, "openid", "offline_access").orFail())
        .toList();
  }

  private void setClientEnabled(boolean enabled) {
    String path = "/clients/" + admin.clientUuid("demo-strict");
    ObjectNode representation = (ObjectNode) admin.get(path).orFail().body();
    admin.put(path, representation.put("enabled", enabled)).orFail();
  }

  private static void startAgain(long decided) {
    assertThat(keycloak.log().textFrom(decided))
        .as("the kill came midway")
        .doesNotContain(" users are done");
    long start = keycloak.log().size();
    keycloak.start();
    Await.until(
        "the rest is done", DONE, () -> keycloak.log().textFrom(start).contains(" users are done"));
  }

  private static void assertResourceServersKnow(List<Answer> logins) {
    try (RedisClient jedis = RedisClient.create(redis.uri().getHost(), redis.uri().getPort())) {
      for (Answer each : logins) {
        assertThat(jedis.ttl("tg:sid:" + Family.session(each))).isPositive();
      }
    }
  }

  private void assertAllAreDead(List<Answer> logins) {
    for (Answer each : logins) {
      assertThat(client.refresh(each.refreshToken()).error()).isEqualTo("invalid_grant");
      assertThat(client.userinfo(each.accessToken()).status()).isEqualTo(401);
    }
  }

  /** What was done is not done again. */
  private void assertALoginOutlivesTheNextStart() {
    Answer login = client.login(users.get(0), Lab.PASSWORD, "openid", "offline_access").orFail();
    long stop = keycloak.log().size();
    keycloak.stop();
    keycloak.start();
    client.refresh(login.refreshToken()).orFail();
    assertThat(keycloak.log().textFrom(stop)).doesNotContain("goes on after a stop");
  }
}
