package dev.tokenguard.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Request;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThiefTest {

  private final Thief thief =
      new Thief(
          client -> {
            throw new AssertionError("used a token");
          },
          URI.create("http://127.0.0.1:8090"));

  @ParameterizedTest
  @CsvSource({
    "POST, http://127.0.0.1:8092, 403",
    "POST, , 403",
    "GET, http://127.0.0.1:8090, 403",
    "POST, http://127.0.0.1:8090, 404"
  })
  void given_another_origin_or_no_token_then_the_thief_does_nothing(
      String method, String origin, int status) {
    Reply reply =
        thief.answer(
            new Request(
                method, "/loot", origin == null ? Map.of() : Map.of("origin", origin), Map.of()));

    assertThat(reply.status()).isEqualTo(status);
  }
}
