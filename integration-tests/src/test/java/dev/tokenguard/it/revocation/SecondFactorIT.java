package dev.tokenguard.it.revocation;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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

  /** What the owner does, who has a phone as a second factor. */
  enum Change {
    ADDED_WITH_A_LOGOUT_OF_OTHERS,
    REMOVED_BY_THE_ACCOUNT_REST,
    REMOVED_IN_THE_BROWSER,
    RECOVERY_CODES_REPLACED
  }

  @ParameterizedTest
  @EnumSource
  void given_a_change_of_second_factors_by_the_owner_then_all_other_sessions_are_revoked(
      Change change) {
    List<Login> logins = logins(user);
    addDevice("phone");

    switch (change) {
      case ADDED_WITH_A_LOGOUT_OF_OTHERS ->
          act("CONFIGURE_TOTP", device("tablet", Map.of("logout-sessions", "on")));
      case REMOVED_BY_THE_ACCOUNT_REST -> removeByAccountRest("phone");
      case REMOVED_IN_THE_BROWSER ->
          login(act("delete_credential:" + credential("phone"), hidden -> Map.of()))
              .assertActive("of the session in which it was done");
      case RECOVERY_CODES_REPLACED -> {
        act(RECOVERY_CODES, hidden -> Map.of());
        act(RECOVERY_CODES, hidden -> Map.of());
      }
    }

    assertRevoked(logins, change.name());
    own.assertActive("from before in the session in which it was done");
    ofOtherUser.assertActive("of another user");
  }

  @Test
  void given_the_scope_of_the_user_then_a_removed_second_factor_revokes_the_own_session_too() {
    withTrigger(
        "credential-removed",
        "user",
        () -> {
          List<Login> logins = logins(user);
          addDevice("phone");

          removeByAccountRest("phone");

          Login next = login(user);
          assertRevoked(logins, "second factor removed");
          own.assertRevoked("of the session in which it was removed");
          next.assertActive("the next login");
          ofOtherUser.assertActive("of another user");
        });
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

  private void removeByAccountRest(String label) {
    client.removeCredential(own.answer().accessToken(), credential(label)).orFail();
  }

  private String credential(String label) {
    return credentialOf(user, "userLabel", label);
  }
}
