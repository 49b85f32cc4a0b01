package dev.tokenguard.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.OidcClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients are notified of a logout after the revocation, and one that hangs delays nothing. */
class BackchannelIT extends RevocationTest {

  private static final int SESSIONS = 4;

  /** Keycloak's own HTTP client waits five seconds for each, one after the other. */
  private static final Duration HANGING = Duration.ofSeconds(5L * (SESSIONS - 1));

  @ParameterizedTest
  @ValueSource(strings = {"password reset", "logout by an administrator", "logout"})
  void given_a_client_that_hangs_then_a_revocation_does_not_wait_for_it(String trigger)
      throws IOException {
    try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      OidcClient app = notified(hanging.getLocalPort());
      List<Login> logins = Stream.generate(() -> login(app, user)).limit(SESSIONS).toList();
      long start = System.nanoTime();

      switch (trigger) {
        case "password reset" -> lab.admin().resetPassword(user.id(), NEW_PASSWORD).orFail();
        case "logout" -> logins.forEach(it -> app.logout(it.answer().refreshToken()).orFail());
        default -> lab.admin().logoutUser(user.id()).orFail();
      }

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(HANGING);
      assertRevoked(logins, "while the client hangs");
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
      OidcClient app = notified(server.getAddress().getPort());
      List<Login> logins = List.of(login(app, user), login(app, user));

      lab.admin().resetPassword(user.id(), NEW_PASSWORD).orFail();

      Await.until("both logout tokens", SOON, () -> bodies.size() == 2);
      assertThat(bodies).allMatch(body -> body.startsWith("logout_token="));
      assertRevoked(logins, "reset");
    } finally {
      server.stop(0);
    }
  }

  private static OidcClient notified(int port) {
    OidcClient app = lab.ownClient("notified");
    String url = "http://127.0.0.1:" + port + "/";
    lab.admin().setClientAttribute(app.clientId(), "backchannel.logout.url", url);
    lab.admin().setClientAttribute(app.clientId(), "backchannel.logout.session.required", "true");
    return app;
  }
}
