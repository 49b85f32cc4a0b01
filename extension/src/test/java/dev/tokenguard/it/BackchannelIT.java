package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.OidcClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Clients are notified of a logout after the revocation, and one that hangs delays nothing. */
class BackchannelIT extends TriggerTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private static final int SESSIONS = 4;

  /** Keycloak's own HTTP client waits five seconds for each, one after the other. */
  private static final Duration HANGING = Duration.ofSeconds(5L * (SESSIONS - 1));

  @Test
  void given_a_client_that_hangs_when_a_password_is_reset_then_nothing_waits_for_it()
      throws IOException {
    assertNothingWaits(held -> lab.admin().resetPassword(user.id(), "another horse").orFail());
  }

  @Test
  void given_a_client_that_hangs_when_an_administrator_logs_out_then_nothing_waits_for_it()
      throws IOException {
    assertNothingWaits(held -> lab.admin().logoutUser(user.id()).orFail());
  }

  @Test
  void given_a_client_that_hangs_when_the_user_logs_out_then_nothing_waits_for_it()
      throws IOException {
    assertNothingWaits(
        held -> held.forEach(it -> it.client().logout(it.answer().refreshToken()).orFail()));
  }

  private void assertNothingWaits(Consumer<List<Held>> logout) throws IOException {
    try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      OidcClient app = notified("http://127.0.0.1:" + hanging.getLocalPort() + "/");
      List<Held> held =
          Stream.generate(() -> heldBy(app, user, user.logIn(app))).limit(SESSIONS).toList();
      long start = System.nanoTime();

      logout.accept(held);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(HANGING);
      held.forEach(it -> it.assertDead("while the client hangs"));
    }
  }

  @Test
  void given_a_client_with_a_back_channel_when_a_password_is_reset_then_it_is_notified()
      throws IOException {
    List<String> bodies = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    try {
      OidcClient app = notified("http://127.0.0.1:" + server.getAddress().getPort() + "/");
      Held one = heldBy(app, user, user.logIn(app));
      Held another = heldBy(app, user, user.logIn(app));

      lab.admin().resetPassword(user.id(), "another horse").orFail();

      Await.until("both logout tokens", SOON, () -> bodies.size() == 2);
      assertThat(bodies).allMatch(body -> body.startsWith("logout_token="));
      one.assertDead("reset");
      another.assertDead("reset");
    } finally {
      server.stop(0);
    }
  }

  private static OidcClient notified(String url) {
    String id = "notified-" + UUID.randomUUID();
    OidcClient app = ownClient(id);
    lab.admin().setClientAttribute(id, "backchannel.logout.url", url);
    lab.admin().setClientAttribute(id, "backchannel.logout.session.required", "true");
    return app;
  }
}
