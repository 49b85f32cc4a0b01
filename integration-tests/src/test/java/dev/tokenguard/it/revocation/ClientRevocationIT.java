package dev.tokenguard.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.ClientRegistration;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is changed of a client, or of a user's consent to it, revokes what users have there. */
class ClientRevocationIT extends RevocationTest {

  /** What an administrator changes of a client. */
  enum Trigger {
    DISABLED,
    DELETED,
    NOT_BEFORE
  }

  @ParameterizedTest
  @EnumSource
  void given_a_change_of_a_client_then_what_all_users_have_there_is_revoked(Trigger trigger) {
    OidcClient app = lab.ownClient("changed");
    Login online = login(app, user).refreshed();
    Login offline = login(app, other, other.logIn(app, "offline_access"));
    Login elsewhere = login(user);

    switch (trigger) {
      case DISABLED -> {
        change(path(app), it -> it.put("enabled", false));
        change(path(app), it -> it.put("enabled", true));
      }
      case DELETED -> lab.admin().delete(path(app)).orFail();
      case NOT_BEFORE -> {
        Lab.awaitNextSecond();
        change(path(app), it -> it.put("notBefore", Instant.now().getEpochSecond()));
        awaitRevoked(online);
        awaitRevoked(offline);
      }
    }

    online.assertRevoked(trigger.name());
    offline.assertRevoked(trigger.name());
    elsewhere.assertActive("at another client");
    if (trigger != Trigger.DELETED) {
      login(app, user).assertActive("the next login");
    }
  }

  @Test
  void given_a_client_secret_replaced_by_an_administrator_then_all_tokens_are_revoked() {
    OidcClient app = lab.ownConfidentialClient("secret");
    change(path(app), it -> it.put("serviceAccountsEnabled", true));
    Login before = login(app, user);
    Answer ofService = app.loginAsService().orFail();
    Lab.awaitNextSecond();

    String secret = lab.admin().post(path(app) + "/client-secret", null).orFail().text("value");

    OidcClient renewed = lab.client(app.clientId()).withSecret(secret);
    login(renewed, user, before.answer()).assertRevoked("secret replaced");
    awaitRevoked(login(renewed, user, ofService));
    Await.until("introspection", SOON, () -> !lab.isActive(ofService));
    login(renewed, user).assertActive("the next login");
    Answer nextOfService = renewed.loginAsService().orFail();
    assertThat(lab.isActive(nextOfService)).isTrue();
    assertThat(login(renewed, user, nextOfService).isOnBlacklist()).isFalse();
  }

  @Test
  void given_a_client_that_replaces_its_secret_then_its_tokens_are_revoked() {
    String id = "registered-" + UUID.randomUUID();
    ClientRegistration registration = register(id);
    Login login = login(lab.client(id).withSecret("secret"), user);
    registration.set("description", "another");
    login.assertActive("another description");

    registration.set("secret", "other");

    OidcClient renewed = lab.client(id).withSecret("other");
    awaitRevoked(login);
    login(renewed, user, login.answer()).assertRevoked("secret replaced by the client");
    login(renewed, user).assertActive("the next login");
  }

  @Test
  void given_a_client_that_deletes_its_registration_then_its_tokens_are_revoked() {
    String id = "registered-" + UUID.randomUUID();
    ClientRegistration registration = register(id);
    Answer login = user.logIn(lab.client(id).withSecret("secret"));

    registration.delete();

    assertThat(client.userinfo(login.accessToken()).status()).isEqualTo(401);
    awaitRevoked(login(login));
  }

  private static ClientRegistration register(String id) {
    AdminApi admin = lab.admin();
    Map<String, Integer> once = Map.of("count", 1, "expiration", 600);
    String token = admin.post("/clients-initial-access", once).orFail().text("token");
    Map<String, Object> fields =
        Map.of(
            "clientId",
            id,
            "publicClient",
            false,
            "secret",
            "secret",
            "directAccessGrantsEnabled",
            true);
    ClientRegistration registration =
        ClientRegistration.of(lab.keycloak().baseUri(), Lab.REALM, token, fields);
    admin.setClientAttribute(id, "policy-group", id);
    String mappers = path(lab.client(id)) + "/protocol-mappers/models";
    admin.post(mappers, Lab.audience("demo-backend")).orFail();
    lab.applyDefaultPolicy(id);
    return registration;
  }

  @ParameterizedTest
  @ValueSource(strings = {"user", "administrator"})
  void given_a_consent_withdrawn_then_all_of_the_user_at_that_client_is_revoked(String by) {
    Answer account = user.logIn(secondClient);
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    List<Login> logins =
        List.of(
            login(browser.answer().orFail()),
            login(user).refreshed(),
            login(user, "offline_access"));
    Answer sameSession = secondClient.loginWithCode(browser.cookies()).answer().orFail();
    Login ofOtherUser = login(other);

    if (by.equals("user")) {
      secondClient.withdrawConsent(account.accessToken(), client.clientId()).orFail();
    } else {
      lab.admin().delete(path(user) + "/consents/" + client.clientId()).orFail();
    }

    assertRevoked(logins, "consent withdrawn");
    login(secondClient, user, sameSession).assertActive("at another client in the same session");
    ofOtherUser.assertActive("of another user");
    login(user).assertActive("the next login");
  }

  @Test
  void given_ids_with_slashes_when_a_consent_is_withdrawn_then_the_tokens_are_revoked() {
    OidcClient app = lab.ownClient("https://app.example.org/shop");
    User slashed = userWithSlash();
    Login offline = login(app, slashed, slashed.logIn(app, "offline_access"));
    lab.admin().delete(path(slashed) + "/consents/" + encoded(app.clientId())).orFail();
    offline.assertRevoked("consent withdrawn");
  }
}
