package dev.tokenguard.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What is changed of the realm, and its settings for revocation. */
class RealmRevocationIT extends RevocationTest {

  /** What PTTL returns for a key without an expiry; for one that has just expired, -2. */
  private static final long NEVER_EXPIRES = -1;

  @Test
  void given_all_users_are_logged_out_then_all_tokens_are_revoked_and_an_open_login_page_works() {
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    List<Login> logins = new ArrayList<>(logins(user));
    logins.addAll(logins(other));
    logins.add(login(browser.answer().orFail()));
    Supplier<CodeLogin> page = client.askForLogin(browser.cookies(), user.name(), Lab.PASSWORD);
    long start = lab.keycloak().log().size();

    lab.admin().post("/logout-all", null).orFail();

    assertRevoked(logins, "all logged out");
    login(user).assertActive("the next login");
    Await.until(
        "the end of the logout",
        SOON,
        () -> lab.keycloak().log().textFrom(start).contains("(logout): the sessions of all "));
    Lab.awaitNextSecond();
    Login after = login(page.get().answer().orFail());
    after.assertActive("of the page that was open");
    after.refreshed().assertActive("and refreshed");
  }

  @Test
  void given_a_not_before_time_of_the_realm_then_older_access_tokens_are_revoked() {
    Login before = login(user);
    Lab.awaitNextSecond();
    withRealm(
        Map.of("notBefore", Math.toIntExact(Instant.now().getEpochSecond())),
        () -> {
          awaitRevoked(before);
          assertThat(client.userinfo(before.answer().accessToken()).status()).isEqualTo(401);
          login(user).assertActive("the next login");
        });
  }

  @Test
  void given_a_trigger_or_the_listener_switched_off_in_the_realm_then_nothing_is_revoked() {
    withTrigger("password-reset", "off", this::assertThatAResetRevokesNothing);
    withRealm(
        Map.of("eventsListeners", List.of("jboss-logging")), this::assertThatAResetRevokesNothing);
  }

  private void assertThatAResetRevokesNothing() {
    Login login = login(user);
    lab.admin().resetPassword(user.id(), Lab.PASSWORD).orFail();
    login.assertActive("switched off");
  }

  @Test
  void given_revocations_then_every_key_in_redis_expires() {
    Login one = login(user);
    lab.admin().resetPassword(user.id(), NEW_PASSWORD).orFail();
    one.assertRevoked("password reset");
    for (String key : lab.redisClient().keys("*")) {
      assertThat(lab.redisClient().pttl(key)).as(key).isNotEqualTo(NEVER_EXPIRES);
    }
    // At least as long as the access tokens of the realm; other tests have longer ones.
    assertThat(lab.redisClient().ttl("tg:sid:" + one.session())).isGreaterThanOrEqualTo(800L);
  }
}
