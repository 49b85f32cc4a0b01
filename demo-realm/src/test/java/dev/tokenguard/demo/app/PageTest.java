package dev.tokenguard.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageTest {

  private final Page page = new Page(URI.create("http://127.0.0.1:8080"));

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8",
    "/js/main.js, text/javascript; charset=utf-8",
    "/token-guard/index.js, text/javascript; charset=utf-8",
    "/style/base.css, text/css; charset=utf-8",
    "/icon.svg, image/svg+xml"
  })
  void given_a_file_of_the_page_then_it_is_served_with_its_type(String path, String type) {
    Reply reply = get(path);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.headers()).containsEntry("Content-Type", type);
    assertThat(reply.headers().get("Content-Security-Policy"))
        .contains("connect-src 'self' http://127.0.0.1:8080;")
        .doesNotContain("unsafe");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/js/none.js",
        "/../Page.class",
        "/js/../../Page.class",
        "/vendor/README.md",
        "//"
      })
  void given_another_path_then_it_is_not_found(String path) {
    assertThat(get(path).status()).isEqualTo(404);
  }

  @Test
  void given_the_library_then_it_is_the_one_that_its_readme_names()
      throws NoSuchAlgorithmException {
    byte[] library = get("/vendor/oidc-client-ts.min.js").body();
    String sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(library));

    assertThat(resource("page/vendor/README.md")).contains(sum);
  }

  private Reply get(String path) {
    return page.answer(new Request("GET", path, Map.of(), Map.of()));
  }

  private static String resource(String name) {
    try (InputStream file = Page.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
