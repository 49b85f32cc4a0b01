package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Commands to Redis: one for a refresh, whatever it leads to, and one for a login. */
class CostIT extends LabTest {

  /** To run a script, and to look at the list; scripts themselves call none of these. */
  private static final Pattern CALLS = Pattern.compile("cmdstat_(eval|evalsha|mget):calls=(\\d+)");

  @Test
  void given_refreshes_and_replays_then_each_is_one_redis_command() {
    OidcClient client = lab.clientWith("grace-period", "60", "grace-max-replays", "0");
    User user = lab.user();
    Answer current = client.refresh(user.logIn(client).refreshToken()).orFail();
    long before = calls();

    for (int round = 0; round < 5; round++) {
      Answer next = client.refresh(current.refreshToken()).orFail();
      client.refresh(current.refreshToken()).orFail();
      current = next;
    }

    assertThat(calls() - before).isEqualTo(10);
  }

  @Test
  void given_logins_then_each_is_one_redis_command_with_a_limit_of_families_too() {
    OidcClient unlimited = lab.clientWith("grace-period", "60", "grace-max-replays", "0");
    OidcClient limited = lab.clientWith("max-families-per-user-and-client", "10");
    User user = lab.user();
    user.logIn(unlimited);
    long before = calls();

    for (int round = 0; round < 5; round++) {
      user.logIn(unlimited);
      user.logIn(limited);
    }

    assertThat(calls() - before).isEqualTo(10);
  }

  @Test
  void
      given_a_client_without_a_policy_then_a_login_costs_none_and_a_refresh_the_look_at_the_list() {
    OidcClient stock = lab.client("demo-stock");
    User user = lab.user();

    assertThat(leastOf(() -> user.logIn(stock))).isZero();

    Answer login = user.logIn(stock);
    assertThat(leastOf(() -> stock.refresh(login.refreshToken()).orFail())).isEqualTo(1);
  }

  /** The second command counts the access token, so that a revocation can name it. */
  @Test
  void given_no_policy_any_more_then_a_token_with_lineage_costs_the_look_up_and_its_registration() {
    lab.createClient("cost-without-policy", true);
    lab.setPolicyOf("cost-without-policy");
    OidcClient client = lab.client("cost-without-policy");
    Answer login = lab.user().logIn(client);
    lab.applyPolicyOf("none", client.clientId());

    assertThat(leastOf(() -> client.refresh(login.refreshToken()).orFail())).isEqualTo(2);
  }

  @Test
  void given_the_introspection_of_a_refresh_token_then_it_is_one_command_with_lineage_only() {
    OidcClient backend = lab.client("demo-backend").withSecret("demo-secret");
    Answer login = lab.user().logIn(backend);
    long before = calls();
    backend.introspectRefreshToken(login.refreshToken()).orFail();
    long withLineage = calls() - before;
    lab.createClient("cost-introspection", false);
    OidcClient unguarded = lab.client("cost-introspection").withSecret("secret");
    Answer other = lab.user().logIn(unguarded);
    before = calls();
    unguarded.introspectRefreshToken(other.refreshToken()).orFail();

    // Keycloak's own checks ask the list of revoked tokens, and the event is looked at.
    assertThat(withLineage - (calls() - before)).isEqualTo(1);
  }

  @Test
  void given_a_revoked_token_that_is_presented_again_then_it_costs_no_script_and_names_nothing() {
    OidcClient client = lab.clientWith("grace-period", "0");
    User user = lab.user();
    Answer login = user.logIn(client);
    client.refresh(login.refreshToken()).orFail();
    Family.assertRefused(client.refresh(login.refreshToken()));
    long before = calls();

    Family.assertRefused(client.refresh(login.refreshToken()));

    assertThat(calls() - before).as("the look at the list").isLessThanOrEqualTo(1);
  }

  @Test
  void given_a_realm_without_the_listener_then_a_login_and_a_refresh_cost_no_command() {
    OidcClient stranger = OidcClient.of(lab.keycloak().baseUri(), "master", "admin-cli");
    long before = calls();

    Answer login = stranger.login(KeycloakSettings.ADMIN, KeycloakSettings.ADMIN);
    stranger.refresh(login.refreshToken()).orFail();

    assertThat(calls() - before).isZero();
  }

  /**
   * What a step costs. Of three, because a node shares in the background until when the access
   * tokens that it has seen live, at most once a minute.
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

  /** Without those by which each node looks for a loss of data, once a second. */
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
