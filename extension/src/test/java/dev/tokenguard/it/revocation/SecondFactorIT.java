package dev.tokenguard.it.revocation;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.utils.TimeBasedOTP;

/** A second factor that its owner removes or replaces revokes the owner's other sessions. */
class SecondFactorIT extends RevocationTest {

  private static final String RECOVERY_CODES = "CONFIGURE_RECOVERY_AUTHN_CODES";

  private final CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
  private final Login own = login(browser.answer().orFail());
  private final Login ofOtherUser = login(other);

  @Test
  void given_second_factors_that_are_added_then_nothing_is_revoked() {
    List<Login> logins = logins(user);

    addDevice("phone");
    addDevice("tablet");
    act(RECOVERY_CODES, hidden -> Map.of());

    logins.forEach(it -> it.assertActive("second factors added"));
    own.assertActive("of the session in which they were added");
  }

  @Test
  void given_a_second_factor_that_is_added_with_a_logout_of_others_then_they_are_revoked() {
    List<Login> logins = logins(user);

    act("CONFIGURE_TOTP", device("phone", Map.of("logout-sessions", "on")));

    assertOtherSessionsRevoked(logins, "logged out with the new factor");
  }

  @Test
  void given_a_second_factor_removed_by_the_account_rest_then_all_other_sessions_are_revoked() {
    List<Login> logins = logins(user);
    addDevice("phone");

    client.removeCredential(own.answer().accessToken(), credential("phone")).orFail();
    Login next = login(user);

    assertOtherSessionsRevoked(logins, "second factor removed");
    next.assertActive("the next login");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void given_a_second_factor_removed_in_the_browser_then_all_other_sessions_are_revoked(
      boolean isReplaced) {
    List<Login> logins = logins(user);
    addDevice("phone");
    if (isReplaced) {
      addDevice("new phone");
    }

    Login after = login(act("delete_credential:" + credential("phone"), hidden -> Map.of()));
    // With another factor left, the password alone is not enough for a login.
    Optional<Login> next = isReplaced ? Optional.empty() : Optional.of(login(user));

    assertOtherSessionsRevoked(logins, "second factor removed");
    after.assertActive("of the session in which it was removed");
    next.ifPresent(it -> it.assertActive("the next login"));
  }

  @Test
  void given_the_scope_of_the_user_then_a_removed_second_factor_revokes_the_own_session_too() {
    withTrigger(
        "credential-removed",
        "user",
        () -> {
          List<Login> logins = logins(user);
          addDevice("phone");
          client.removeCredential(own.answer().accessToken(), credential("phone")).orFail();
          Login next = login(user);

          assertRevoked(logins, "second factor removed");
          own.assertRevoked("of the session in which it was removed");
          next.assertActive("the next login");
          ofOtherUser.assertActive("of another user");
        });
  }

  @Test
  void given_new_recovery_codes_that_replace_the_old_then_all_other_sessions_are_revoked() {
    act(RECOVERY_CODES, hidden -> Map.of());
    List<Login> logins = logins(user);

    act(RECOVERY_CODES, hidden -> Map.of());

    assertOtherSessionsRevoked(logins, "recovery codes replaced");
  }

  private void assertOtherSessionsRevoked(List<Login> logins, String what) {
    assertRevoked(logins, what);
    own.assertActive("of the session in which it was done");
    ofOtherUser.assertActive("of another user");
  }

  private void addDevice(String name) {
    act("CONFIGURE_TOTP", device(name, Map.of()));
  }

  private Answer act(String action, UnaryOperator<Map<String, String>> form) {
    return client.act(browser.cookies(), action, form).answer().orFail();
  }

  /** Reads the secret as an authenticator app does, and enters the code. */
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
