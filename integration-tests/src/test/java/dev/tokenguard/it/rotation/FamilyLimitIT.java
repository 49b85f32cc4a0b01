package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import org.junit.jupiter.api.Test;

/** A user has so many families at a client; one more login revokes the oldest. */
class FamilyLimitIT extends LabTest {

  private static final String LIMIT = "max-families-per-user-and-client";

  private final OidcClient client = lab.clientWith(LIMIT, "2");
  private final User user = lab.user();

  @Test
  void given_two_families_when_a_third_login_comes_then_the_first_is_revoked_and_logged() {
    Answer first = user.logIn(client);
    Answer newest = client.refresh(first.refreshToken()).orFail();
    Answer elsewhere = user.logIn(lab.client("demo-spa"));
    Answer second = user.logIn(client, "offline_access");
    assertActive(client, first);

    Answer third = user.logIn(client);

    assertRevoked(client, first, newest);
    assertThat(lab.isActive(first)).isFalse();
    assertThat(lab.redisClient().get("tg:at:" + Tokens.accessTokenId(first))).isEqualTo(LIMIT);
    assertRefused(client.refresh(newest.refreshToken()));
    assertThat(lab.event("REFRESH_TOKEN_ERROR", user).path("error").asText())
        .isEqualTo("refresh_token_revoked");
    assertActive(client, second, third, elsewhere);
    client.refresh(second.refreshToken()).orFail();
    client.refresh(third.refreshToken()).orFail();
    assertThat(lab.keycloak().log().text().lines())
        .filteredOn(line -> line.contains("[" + Tokens.family(first) + "] (" + LIMIT + ")"))
        .singleElement()
        .asString()
        .contains("INFO", client.clientId(), user.id(), Tokens.family(third))
        .contains(Tokens.session(third))
        .doesNotContain(first.refreshToken(), first.accessToken());
  }

  @Test
  void given_tabs_of_one_session_when_the_oldest_is_revoked_then_the_session_stays() {
    var browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Answer first = browser.answer().orFail();
    Answer second = client.loginWithCode(browser.cookies()).answer().orFail();

    Answer third = client.loginWithCode(browser.cookies()).answer().orFail();

    assertThat(Tokens.session(third)).isEqualTo(Tokens.session(first));
    assertRevoked(client, first);
    assertRefused(client.refresh(first.refreshToken()));
    client.refresh(second.refreshToken()).orFail();
    client.refresh(third.refreshToken()).orFail();
  }
}
