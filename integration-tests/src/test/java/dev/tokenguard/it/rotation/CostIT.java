package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.DpopKey;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands to Redis: one for a refresh, also a refused one, one for a login, two for a revocation.
 */
class CostIT extends LabTest {

  /** Scripts, and lookups in the list; scripts themselves call none of these. */
  private static final Pattern CALLS = Pattern.compile("cmdstat_(eval|evalsha|mget):calls=(\\d+)");

  private final User user = lab.user();

  @Test
  void given_logins_refreshes_and_replays_then_each_is_one_command() {
    OidcClient client = lab.clientWith("grace-period", "60", "grace-max-replays", "0");
    OidcClient limited = lab.clientWith("max-families-per-user-and-client", "10");
    OidcClient kept = lab.clientWith("rotation", "off");
    Answer keptLogin = user.logIn(kept);
    Answer login = client.refresh(user.logIn(client).refreshToken()).orFail();
    AtomicReference<Answer> current = new AtomicReference<>(login);

    assertThat(leastOf(() -> user.logIn(client))).isEqualTo(1);
    assertThat(leastOf(() -> user.logIn(limited))).isEqualTo(1);
    assertThat(leastOf(() -> kept.refresh(keptLogin.refreshToken()).orFail())).isEqualTo(1);
    assertThat(
            leastOf(
                () -> {
                  String token = current.get().refreshToken();
                  current.set(client.refresh(token).orFail());
                  client.refresh(token).orFail();
                }))
        .isEqualTo(2);
  }

  @Test
  void given_a_client_without_a_policy_then_a_login_is_no_command_and_a_refresh_one_look_up() {
    OidcClient unguarded = lab.client("demo-built-in");
    Answer login = user.logIn(unguarded);

    assertThat(leastOf(() -> user.logIn(unguarded))).isZero();
    assertThat(leastOf(() -> unguarded.refresh(login.refreshToken()).orFail())).isEqualTo(1);
  }

  /**
   * Up to Keycloak 26.6, Token Guard provides the single-use objects: codes, pushed requests, codes
   * of devices and proofs of possession stay in Keycloak's own. In a browser, Keycloak looks up
   * whether its own cookie was revoked.
   */
  @Test
  void given_flows_with_single_use_objects_then_redis_is_only_asked_for_the_cookie() {
    String id = lab.uniqueId("cost-single-use");
    lab.createClient(
        id, Map.of("attributes", Map.of("oauth2.device.authorization.grant.enabled", "true")));
    OidcClient app = lab.client(id);
    String name = user.name();
    String tokenEndpoint = lab.keycloak().baseUri() + "/realms/demo/protocol/openid-connect/token";

    assertThat(leastOf(() -> app.loginWithCode(name, Lab.PASSWORD).answer().orFail()))
        .as("code")
        .isLessThanOrEqualTo(1);
    assertThat(leastOf(() -> app.loginWithPushedRequest(name, Lab.PASSWORD).answer().orFail()))
        .as("pushed request")
        .isLessThanOrEqualTo(1);
    assertThat(leastOf(() -> app.loginOnDevice(name, Lab.PASSWORD).orFail()))
        .as("device")
        .isLessThanOrEqualTo(1);
    assertThat(
            leastOf(
                () ->
                    user.logIn(
                        app.withHeader("DPoP", new DpopKey().proofFor("POST", tokenEndpoint)))))
        .as("proof of possession")
        .isZero();
  }

  /** The second command records the access token, so that a revocation includes it. */
  @Test
  void given_no_policy_any_more_then_a_refresh_of_a_family_is_two_commands() {
    OidcClient client = lab.ownClient("cost-without-policy");
    Answer login = user.logIn(client);
    lab.applyPolicyOf("none", client.clientId());

    assertThat(leastOf(() -> client.refresh(login.refreshToken()).orFail())).isEqualTo(2);
  }

  @Test
  void given_the_introspection_of_a_refresh_token_then_a_family_is_one_command_more() {
    lab.createClient("cost-introspection", Map.of("publicClient", false, "secret", "secret"));
    OidcClient unguarded = lab.client("cost-introspection").withSecret("secret");

    assertThat(ofIntrospection(lab.backend()) - ofIntrospection(unguarded)).isEqualTo(1);
  }

  private long ofIntrospection(OidcClient client) {
    String token = user.logIn(client).refreshToken();
    return leastOf(() -> client.introspectRefreshToken(token).orFail());
  }

  @Test
  void given_a_revoked_token_that_is_presented_again_then_no_script_runs() {
    OidcClient client = lab.clientWith("grace-period", "0");
    Answer login = user.logIn(client);
    client.refresh(login.refreshToken()).orFail();
    assertRefused(client.refresh(login.refreshToken()));

    assertThat(leastOf(() -> assertRefused(client.refresh(login.refreshToken()))))
        .as("the lookup")
        .isLessThanOrEqualTo(1);
  }

  @Test
  void given_a_realm_without_the_listener_then_a_login_and_a_refresh_are_no_command() {
    OidcClient elsewhere = OidcClient.of(lab.keycloak().baseUri(), "master", "admin-cli");

    assertThat(
            leastOf(
                () -> {
                  Answer login = elsewhere.login(KeycloakSettings.ADMIN, KeycloakSettings.ADMIN);
                  elsewhere.refresh(login.refreshToken()).orFail();
                }))
        .isZero();
  }

  /** One script sets the marks, one pipeline writes the entries for resource servers. */
  @ParameterizedTest
  @ValueSource(strings = {"logout by an administrator", "password reset", "logout", "revocation"})
  void given_many_families_then_a_target_is_revoked_in_two_round_trips(String trigger) {
    assumeTrue(
        trigger.equals("revocation") || lab.has("sessions read-only"),
        "Keycloak up to 26.6 removes sessions in another thread, so each is a target of its own");
    OidcClient client = lab.clientWith("grace-period", "60");
    Answer first = user.logIn(client);
    for (int login = 0; login < 30; login++) {
      user.logIn(client);
    }
    // A login of the very second is marked by its id, in one more round trip.
    Lab.awaitNextSecond();
    List<Double> before = roundTrips();

    switch (trigger) {
      case "logout by an administrator" -> lab.admin().logoutUser(user.id()).orFail();
      case "password reset" -> lab.admin().resetPassword(user.id(), "another horse").orFail();
      case "logout" -> client.logout(first.refreshToken()).orFail();
      default -> client.revoke(first.refreshToken()).orFail();
    }

    // A revocation is that of the client session, and of the session, which Keycloak removes
    // without clients.
    double targets = trigger.equals("revocation") ? 2 : 1;
    List<Double> after = roundTrips();
    assertThat(
            IntStream.range(0, after.size()).mapToObj(each -> after.get(each) - before.get(each)))
        .containsExactly(targets, targets, 0.0, 0.0);
  }

  /** Without the lookups with which Keycloak checks the token of the caller. */
  private static List<Double> roundTrips() {
    return Stream.of("revoke", "blacklist-add", "find", "exchange-find")
        .map(each -> "token_guard_redis_seconds_count{operation=\"" + each + "\"}")
        .map(lab.keycloak()::metric)
        .toList();
  }

  /**
   * Of three times, because at most once a minute a node writes, in the background, how long the
   * access tokens live that it has issued.
   */
  private static long leastOf(Runnable step) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long before = calls();
      step.run();
      least = Math.min(least, calls() - before);
    }
    return least;
  }

  /** Without the heartbeats by which each node looks for a loss of data, once a second. */
  private static long calls() {
    long beats;
    long calls;
    do {
      beats = beats();
      calls = allCalls();
    } while (beats != beats());
    return calls - beats;
  }

  private static long beats() {
    return Long.parseLong(lab.redisClient().hget("tg:heartbeat", "beats"));
  }

  private static long allCalls() {
    long calls = 0;
    Matcher stats = CALLS.matcher(lab.redisClient().info("commandstats"));
    while (stats.find()) {
      calls += Long.parseLong(stats.group(2));
    }
    return calls;
  }
}
