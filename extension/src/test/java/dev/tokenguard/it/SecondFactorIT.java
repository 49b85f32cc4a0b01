package dev.tokenguard.it;

import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.CodeLogin;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.keycloak.models.utils.TimeBasedOTP;

/**
 * A second factor that its owner takes away, or puts another in place of, ends what others hold.
 */
class SecondFactorIT extends TriggerTest {

  private final CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
  private final Held own = held(browser.answer().orFail());
  private final Held others = login(other);

  @Test
  void given_a_second_factor_that_is_added_then_nothing_ends() {
    List<Held> held = logins(user);

    addDevice("phone");
    addDevice("tablet");

    held.forEach(it -> it.assertAlive("second factor added"));
    own.assertAlive("of the session in which it was added");
  }

  @Test
  void given_a_second_factor_that_is_added_with_a_logout_of_others_then_they_are_dead() {
    List<Held> held = logins(user);

    act("CONFIGURE_TOTP", device("phone", Map.of("logout-sessions", "on")));

    assertOnlyOthersEnd(held, "logged out with the new factor");
  }

  @Test
  void given_a_second_factor_removed_by_the_accounts_rest_then_all_other_sessions_are_dead() {
    List<Held> held = logins(user);
    addDevice("phone");

    client.removeCredential(own.answer().accessToken(), credential("phone")).orFail();
    Held next = login(user);

    assertOnlyOthersEnd(held, "second factor removed");
    next.assertAlive("of the next login");
  }

  @Test
  void given_a_second_factor_removed_in_the_browser_then_all_other_sessions_are_dead() {
    List<Held> held = logins(user);
    addDevice("phone");

    Held after = held(act("delete_credential:" + credential("phone"), hidden -> Map.of()));
    Held next = login(user);

    assertOnlyOthersEnd(held, "second factor removed");
    after.assertAlive("of the session in which it was removed");
    next.assertAlive("of the next login");
  }

  @Test
  void given_a_second_factor_replaced_by_another_then_all_other_sessions_are_dead() {
    List<Held> held = logins(user);
    addDevice("old phone");
    addDevice("new phone");

    act("delete_credential:" + credential("old phone"), hidden -> Map.of());

    assertOnlyOthersEnd(held, "second factor replaced");
  }

  @Test
  void given_all_is_set_to_end_then_a_removed_second_factor_ends_the_own_session_too() {
    withTrigger(
        "credential-removed",
        "user",
        () -> {
          List<Held> held = logins(user);
          addDevice("phone");
          client.removeCredential(own.answer().accessToken(), credential("phone")).orFail();
          Held next = login(user);

          held.forEach(it -> it.assertDead("second factor removed"));
          own.assertDead("of the session in which it was removed");
          next.assertAlive("of the next login");
          others.assertAlive("of another user");
        });
  }

  @Test
  void given_the_first_recovery_codes_then_nothing_ends() {
    List<Held> held = logins(user);

    act("CONFIGURE_RECOVERY_AUTHN_CODES", hidden -> Map.of());

    held.forEach(it -> it.assertAlive("first recovery codes"));
    own.assertAlive("of the session in which they were made");
  }

  @Test
  void given_new_recovery_codes_in_place_of_the_old_then_all_other_sessions_are_dead() {
    act("CONFIGURE_RECOVERY_AUTHN_CODES", hidden -> Map.of());
    List<Held> held = logins(user);

    act("CONFIGURE_RECOVERY_AUTHN_CODES", hidden -> Map.of());

    assertOnlyOthersEnd(held, "recovery codes replaced");
  }

  private void assertOnlyOthersEnd(List<Held> held, String what) {
    held.forEach(it -> it.assertDead(what));
    own.assertAlive("of the session in which it was done");
    others.assertAlive("of another user");
  }

  private void addDevice(String name) {
    act("CONFIGURE_TOTP", device(name, Map.of()));
  }

  private Answer act(String action, UnaryOperator<Map<String, String>> form) {
    return client.act(browser.cookies(), action, form).answer().orFail();
  }

  /** Reads the secret as an authenticator app does, and shows the code. */
  private static UnaryOperator<Map<String, String>> device(
      String name, Map<String, String> ticked) {
    return hidden -> {
      Map<String, String> form = new HashMap<>(ticked);
      form.put("userLabel", name);
      form.put("totp", new TimeBasedOTP().generateTOTP(hidden.get("totpSecret")));
      return form;
    };
  }

  private String credential(String label) {
    return credentialOf(user, it -> it.path("userLabel").asText().equals(label));
  }
}
