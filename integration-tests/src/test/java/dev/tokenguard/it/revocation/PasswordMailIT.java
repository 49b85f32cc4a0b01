package dev.tokenguard.it.revocation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.store.FolderException;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer.UnexpectedAnswerException;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A password that is set by a mail revokes all earlier tokens. */
class PasswordMailIT extends RevocationTest {

  private static final Map<String, String> FORM =
      Map.of("password-new", NEW_PASSWORD, "password-confirm", NEW_PASSWORD);
  private static final Pattern LINK = Pattern.compile("http\\S+action-token\\S+");

  private static final GreenMail MAIL =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP).dynamicPort());

  @BeforeAll
  static void startMail() {
    MAIL.start();
    Map<String, ?> smtp =
        Map.of(
            "host", "127.0.0.1", "port", MAIL.getSmtp().getPort(), "from", "keycloak@example.org");
    lab.admin().updateRealm(Map.of("resetPasswordAllowed", true, "smtpServer", smtp));
  }

  @AfterAll
  static void stopMail() {
    lab.admin().updateRealm(Map.of("resetPasswordAllowed", false, "smtpServer", Map.of()));
    MAIL.stop();
  }

  @BeforeEach
  void emptyMailboxes() {
    try {
      MAIL.purgeEmailFromAllMailboxes();
    } catch (FolderException broken) {
      throw new IllegalStateException(broken);
    }
  }

  @Test
  void given_a_password_set_by_mail_then_older_tokens_are_revoked_and_the_link_is_used_up() {
    Login online = login(user);
    Login offline = login(user, "offline_access");
    AtomicReference<URI> link = new AtomicReference<>();
    Supplier<URI> received = () -> link.updateAndGet(used -> link());

    Login byMail = login(client.loginWithMail(user.name(), received, FORM).answer().orFail());

    assertRevoked(List.of(online, offline), "before the mail");
    byMail.assertActive("by the mail");
    login(client.login(user.name(), NEW_PASSWORD).orFail()).assertActive("with the new password");
    String owner =
        Base64.getUrlEncoder().withoutPadding().encodeToString(user.id().getBytes(UTF_8));
    assertThat(lab.redisClient().keys("tg:at:" + owner + ".*.reset-credentials"))
        .hasSize(lab.has("revoked tokens by revokedToken") ? 1 : 0);
    assertThatThrownBy(() -> client.loginWithMail(user.name(), link::get, FORM))
        .isInstanceOf(UnexpectedAnswerException.class)
        .hasMessageContaining("no form");
  }

  @Test
  void
      given_a_refresh_that_races_a_password_set_by_mail_then_no_token_issued_meanwhile_is_active() {
    Race.repeat(
        TestLength.of(1, 10),
        () -> {
          emptyMailboxes();
          User each = lab.user();
          Login login = login(each);
          Supplier<CodeLogin> newPassword = client.askForMail(each.name(), this::link, FORM);
          return new Race(login, () -> newPassword.get().answer().orFail());
        });
  }

  private URI link() {
    MAIL.waitForIncomingEmail(10_000, 1);
    List<String> bodies =
        List.of(MAIL.getReceivedMessages()).stream().map(GreenMailUtil::getBody).toList();
    Matcher link =
        LINK.matcher(bodies.get(bodies.size() - 1).replace("=\r\n", "").replace("=3D", "="));
    assertThat(link.find()).as("%s", bodies).isTrue();
    return URI.create(link.group().replaceAll("[\">].*", ""));
  }
}
