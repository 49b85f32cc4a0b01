package dev.tokenguard.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
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
    LOGOUT(Lab.PASSWORD, user -> lab.admin().logoutUser(user.id()).orFail()),
    PASSWORD_RESET(
        NEW_PASSWORD, user -> lab.admin().resetPassword(user.id(), NEW_PASSWORD).orFail()),
    UPDATE_WITH_A_PASSWORD(
        NEW_PASSWORD,
        user -> put(user, "{\"credentials\": [{\"type\": \"password\", \"value\": \"%s\"}]}")),
    DISABLED_AND_ENABLED(
        Lab.PASSWORD,
        user -> {
          lab.admin().setUserEnabled(user.id(), false).orFail();
          lab.admin().setUserEnabled(user.id(), true).orFail();
        }),
    DISABLED("", user -> lab.admin().setUserEnabled(user.id(), false).orFail()),
    DELETED("", user -> lab.admin().deleteUser(user.id()).orFail()),
    DELETED_AND_CREATED_ANEW(
        Lab.PASSWORD,
        user -> {
          lab.admin().deleteUser(user.id()).orFail();
          lab.admin().createUser(user.name(), Lab.PASSWORD);
        }),
    CREDENTIAL_REMOVED(
        "",
        user ->
            lab.admin()
                .delete(path(user) + "/credentials/" + credentialOf(user, it -> true))
                .orFail()),
    OVERWRITTEN_BY_AN_IMPORT("", user -> partialImport(user, "OVERWRITE"));

    private final String password;
    private final Consumer<User> action;

    Trigger(String password, Consumer<User> action) {
      this.password = password;
      this.action = action;
    }

    private static void put(User user, String body) {
      lab.admin().put(path(user), body.formatted(NEW_PASSWORD)).orFail();
    }
  }

  /** In the same second as the logins before and after it. */
  @ParameterizedTest
  @EnumSource
  void given_a_trigger_by_an_administrator_then_all_tokens_of_the_user_are_revoked(
      Trigger trigger) {
    List<Login> logins = logins(user);
    Login ofOtherUser = login(other);

    trigger.action.accept(user);

    if (!trigger.password.isEmpty()) {
      Answer next = client.login(user.name(), trigger.password).orFail();
      assertRevoked(logins, trigger.name());
      login(next).assertActive("the next login");
    } else {
      assertRevoked(logins, trigger.name());
    }
    ofOtherUser.assertActive("of another user");
  }

  /** Users of a federation have such ids. */
  @ParameterizedTest
  @ValueSource(strings = {"logout", "reset-password", "disable", "consents", "delete"})
  void given_a_user_id_with_a_slash_when_an_administrator_acts_then_the_tokens_are_revoked(
      String action) {
    // The column of the database takes 36 characters.
    String name = UUID.randomUUID().toString().substring(0, 8);
    User slashed = new User(name, "tenant/" + name);
    partialImport(slashed, "FAIL");
    String path = path(slashed);
    List<Login> logins = List.of(login(slashed), login(slashed, "offline_access"));

    switch (action) {
      case "logout" -> lab.admin().post(path + "/logout", null).orFail();
      case "reset-password" ->
          lab.admin()
              .put(path + "/reset-password", Map.of("type", "password", "value", Lab.PASSWORD))
              .orFail();
      case "disable" -> {
        change(path, it -> it.put("enabled", false));
        change(path, it -> it.put("enabled", true));
      }
      case "consents" -> lab.admin().delete(path + "/consents/" + client.clientId()).orFail();
      default -> lab.admin().delete(path).orFail();
    }

    assertRevoked(logins, action);
  }

  /** What revokes only where the realm has set it so. */
  enum OptionalTrigger {
    EMAIL_CHANGED(
        "email-changed",
        user -> change(path(user), it -> it.put("email", user.name() + "@example.org")),
        user -> change(path(user), it -> it.put("email", "new-" + user.name() + "@example.org"))),
    USERNAME_CHANGED(
        "username-changed",
        user -> change(path(user), it -> it.put("username", user.name())),
        user -> change(path(user), it -> it.put("username", "new-" + user.name()))),
    ROLE_REMOVED(
        "permissions-reduced",
        user -> lab.admin().post(path(user) + "/role-mappings/realm", roleOf(user)).orFail(),
        user -> lab.admin().delete(path(user) + "/role-mappings/realm", roleOf(user)).orFail()),
    GROUP_REMOVED(
        "permissions-reduced",
        user -> lab.admin().put(path(user) + "/groups/" + groupOf(user), Map.of()).orFail(),
        user -> lab.admin().delete(path(user) + "/groups/" + groupOf(user)).orFail());

    private final String setting;
    private final Consumer<User> before;
    private final Consumer<User> action;

    OptionalTrigger(String setting, Consumer<User> before, Consumer<User> action) {
      this.setting = setting;
      this.before = before;
      this.action = action;
    }
  }

  static List<Object> roleOf(User user) {
    String name = "role-of-" + user.name();
    lab.admin().post("/roles", Map.of("name", name));
    return List.of(lab.admin().get("/roles/" + name).orFail().body());
  }

  static String groupOf(User user) {
    String name = "group-of-" + user.name();
    lab.admin().post("/groups", Map.of("name", name));
    return lab.admin().get("/groups?search=" + name).orFail().body().path(0).path("id").asText();
  }

  @ParameterizedTest
  @EnumSource
  void given_a_trigger_that_is_off_by_default_then_it_revokes_only_where_the_realm_has_set_it(
      OptionalTrigger trigger) {
    withRealm(
        Map.of("editUsernameAllowed", true),
        Map.of("editUsernameAllowed", false),
        () -> {
          trigger.before.accept(user);
          Login before = login(user);
          trigger.action.accept(user);
          before.assertActive("by default");

          trigger.before.accept(user);
          withTrigger(
              trigger.setting,
              "user",
              () -> {
                List<Login> logins = logins(user);
                change(path(user), it -> it.put("firstName", "Other"));
                login(user).assertActive("another first name");

                trigger.action.accept(user);

                assertRevoked(logins, trigger.name());
              });
        });
  }

  @Test
  void given_an_update_of_the_user_without_a_password_then_the_tokens_stay_active() {
    Login login = login(user);
    lab.admin().put(path(user), Map.of("lastName", "Other")).orFail();
    login.assertActive("another last name");
  }

  @Test
  void given_a_lock_out_then_all_tokens_of_the_user_are_revoked() {
    withLockout(
        () -> {
          List<Login> logins = logins(user);
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

  private static void partialImport(User of, String ifResourceExists) {
    String users =
        """
        {"ifResourceExists": "%1$s", "users": [
         {"id": "%2$s", "username": "%3$s", "enabled": true, "emailVerified": true,
          "email": "%3$s@example.org", "firstName": "%3$s", "lastName": "Test",
          "realmRoles": ["offline_access", "default-roles-demo"],
          "credentials": [{"type": "password", "value": "%4$s"}]}]}
        """;
    lab.admin()
        .post("/partialImport", users.formatted(ifResourceExists, of.id(), of.name(), Lab.PASSWORD))
        .orFail();
  }
}
