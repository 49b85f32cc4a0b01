package dev.tokenguard.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is changed of a user revokes all that the user has, at Keycloak and for resource servers,
 * and nothing else. The list of entry points is in {@code docs/revocation.md}.
 */
class UserRevocationIT extends RevocationTest {

  private static final Map<String, String> NEW_PASSWORD_FORM =
      Map.of("password-new", NEW_PASSWORD, "password-confirm", NEW_PASSWORD);

  /** What an administrator does, and the password afterwards. */
  enum Trigger {
    LOGOUT(Lab.PASSWORD, user -> lab.admin().post(path(user) + "/logout", null)),
    PASSWORD_RESET(
        NEW_PASSWORD,
        user ->
            lab.admin()
                .put(
                    path(user) + "/reset-password",
                    Map.of("type", "password", "value", NEW_PASSWORD))),
    UPDATE_WITH_A_PASSWORD(
        NEW_PASSWORD,
        user -> {
          String body = "{\"credentials\": [{\"type\": \"password\", \"value\": \"%s\"}]}";
          return lab.admin().put(path(user), body.formatted(NEW_PASSWORD));
        }),
    DISABLED("", user -> setEnabled(user, false)),
    DISABLED_AND_ENABLED(
        Lab.PASSWORD,
        user -> {
          Answer disabled = setEnabled(user, false);
          return disabled.isOk() ? setEnabled(user, true) : disabled;
        }),
    DELETED("", user -> lab.admin().delete(path(user))),
    DELETED_AND_CREATED_ANEW(
        Lab.PASSWORD,
        user -> {
          Answer deleted = lab.admin().deleteUser(user.id());
          lab.admin().createUser(user.name(), Lab.PASSWORD);
          return deleted;
        }),
    CREDENTIAL_REMOVED(
        "",
        user -> {
          String password = credentialOf(user, "type", "password");
          return lab.admin().delete(path(user) + "/credentials/" + password);
        }),
    OVERWRITTEN_BY_AN_IMPORT("", user -> partialImport(user, "OVERWRITE"));

    private final String password;
    final Function<User, Answer> request;

    Trigger(String password, Function<User, Answer> request) {
      this.password = password;
      this.request = request;
    }

    private static Answer setEnabled(User user, boolean isEnabled) {
      return lab.admin().put(path(user), changed(path(user), it -> it.put("enabled", isEnabled)));
    }
  }

  /** In the same second as the logins before and after it. */
  @ParameterizedTest
  @EnumSource
  void given_a_trigger_by_an_administrator_then_all_tokens_of_the_user_are_revoked(
      Trigger trigger) {
    List<Login> logins = logins(user);
    Login ofOtherUser = login(other);

    trigger.request.apply(user).orFail();

    Optional<Login> next =
        Optional.of(trigger.password)
            .filter(it -> !it.isEmpty())
            .map(it -> login(client.login(user.name(), it).orFail()));
    assertRevoked(logins, trigger.name());
    next.ifPresent(it -> it.assertActive("the next login"));
    ofOtherUser.assertActive("of another user");
  }

  /** Users of a federation have such ids. */
  @ParameterizedTest
  @EnumSource(names = {"LOGOUT", "PASSWORD_RESET", "DISABLED", "DELETED"})
  void given_a_user_id_with_a_slash_when_an_administrator_acts_then_the_tokens_are_revoked(
      Trigger trigger) {
    User slashed = userWithSlash();
    List<Login> logins = List.of(login(slashed), login(slashed, "offline_access"));

    trigger.request.apply(slashed).orFail();

    assertRevoked(logins, trigger.name());
  }

  /** What revokes only where the realm has set it so. */
  enum OptionalTrigger {
    EMAIL_CHANGED("email-changed", user -> appending(user, "email", ".new")),
    USERNAME_CHANGED("username-changed", user -> appending(user, "username", "-new")),
    ROLE_REMOVED(
        "permissions-reduced",
        user -> {
          lab.admin().post("/roles", Map.of("name", "removed"));
          List<?> roles = List.of(lab.admin().get("/roles/removed").orFail().body());
          String mappings = path(user) + "/role-mappings/realm";
          lab.admin().post(mappings, roles).orFail();
          return () -> lab.admin().delete(mappings, roles);
        }),
    GROUP_REMOVED(
        "permissions-reduced",
        user -> {
          lab.admin().post("/groups", Map.of("name", "removed"));
          JsonNode group = lab.admin().get("/groups?search=removed").orFail().body().path(0);
          String membership = path(user) + "/groups/" + group.path("id").asText();
          lab.admin().put(membership, Map.of()).orFail();
          return () -> lab.admin().delete(membership);
        });

    final String setting;

    /** Makes the request for a user. */
    final Function<User, Supplier<Answer>> prepare;

    OptionalTrigger(String setting, Function<User, Supplier<Answer>> prepare) {
      this.setting = setting;
      this.prepare = prepare;
    }

    private static Supplier<Answer> appending(User user, String field, String end) {
      ObjectNode changed = changed(path(user), it -> it.put(field, it.path(field).asText() + end));
      return () -> lab.admin().put(path(user), changed);
    }
  }

  @ParameterizedTest
  @EnumSource
  void given_a_trigger_that_is_off_by_default_then_it_revokes_only_where_the_realm_has_set_it(
      OptionalTrigger trigger) {
    withRealm(
        Map.of("editUsernameAllowed", true),
        () -> {
          Login login = login(other);
          trigger.prepare.apply(other).get().orFail();
          login.assertActive("by default");

          withTrigger(trigger.setting, "user", () -> assertRevokes(trigger));
        });
  }

  private void assertRevokes(OptionalTrigger trigger) {
    Supplier<Answer> request = trigger.prepare.apply(user);
    List<Login> logins = logins(user);
    change(path(user), it -> it.put("firstName", "Other"));
    login(user).assertActive("another first name");

    request.get().orFail();

    assertRevoked(logins, trigger.name());
  }

  @Test
  void given_a_lock_out_then_all_tokens_of_the_user_are_revoked() {
    List<Login> logins = logins(user);
    withLockout(
        () -> {
          for (int wrong = 0; wrong < 3; wrong++) {
            assertThat(client.login(user.name(), "wrong").isOk()).isFalse();
          }
          assertRevoked(logins, "locked out");
        });
  }

  @Test
  void given_a_password_that_the_user_changes_then_all_other_sessions_are_revoked() {
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Login own = login(browser.answer().orFail());
    List<Login> logins = logins(user);
    Login ofOtherUser = login(other);

    Answer after =
        client.act(browser.cookies(), "UPDATE_PASSWORD", NEW_PASSWORD_FORM).answer().orFail();

    assertRevoked(logins, "password changed");
    login(after).assertActive("of the session in which it was changed");
    own.assertActive("from before in that session");
    ofOtherUser.assertActive("of another user");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "user"})
  void given_a_password_that_must_be_changed_at_login_then_only_the_new_session_stays_active(
      String scope) {
    withTrigger(
        "password-changed",
        scope,
        () -> {
          List<Login> logins = logins(user);
          change(path(user), it -> it.putArray("requiredActions").add("UPDATE_PASSWORD"));

          Answer after =
              client
                  .loginWithCodeAndForm(user.name(), Lab.PASSWORD, NEW_PASSWORD_FORM)
                  .answer()
                  .orFail();

          assertRevoked(logins, "password changed at login");
          login(after).assertActive("of the login that changed it");
        });
  }

  @Test
  void given_an_account_deleted_by_its_owner_then_all_its_tokens_are_revoked() {
    withDeletionByOwners(
        () -> {
          allowDeletion(user);
          List<Login> logins = logins(user);
          Login ofOtherUser = login(other);

          client.deleteAccount(user.name(), Lab.PASSWORD);

          assertRevoked(logins, "account deleted");
          assertThat(client.login(user.name(), Lab.PASSWORD).isOk()).isFalse();
          ofOtherUser.assertActive("of another user");
        });
  }

  @Test
  void given_users_of_a_federation_that_is_removed_then_their_tokens_are_revoked() {
    String federation = addFederation();
    List<Login> logins = logins(user);
    Login ofOtherUser = login(other);
    lab.admin().put(path(user), Map.of("federationLink", federation)).orFail();

    lab.admin().delete("/components/" + federation).orFail();

    logins.forEach(RevocationTest::awaitRevoked);
    assertRevoked(logins, "federation removed");
    ofOtherUser.assertActive("of another user");
  }

  /** It is disabled, so no user is looked up in it. */
  private static String addFederation() {
    String name = lab.uniqueId("ldap");
    String ldap =
        """
        {"name": "%s", "providerId": "ldap",
         "providerType": "org.keycloak.storage.UserStorageProvider",
         "config": {"enabled": ["false"], "vendor": ["other"], "authType": ["none"],
          "connectionUrl": ["ldap://127.0.0.1:9"], "usersDn": ["ou=users"],
          "usernameLDAPAttribute": ["uid"], "rdnLDAPAttribute": ["uid"],
          "uuidLDAPAttribute": ["entryUUID"], "userObjectClasses": ["person"],
          "editMode": ["READ_ONLY"], "priority": ["0"]}}
        """;
    lab.admin().post("/components", ldap.formatted(name)).orFail();
    return lab.admin().get("/components?name=" + name).orFail().body().path(0).path("id").asText();
  }
}
