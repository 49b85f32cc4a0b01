package dev.tokenguard.keycloak.admin;

import static dev.tokenguard.keycloak.admin.AdminRequest.MAX_SECONDS;
import static dev.tokenguard.keycloak.admin.AdminRequest.expiry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.keycloak.admin.AdminRequest.Page;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class AdminRequestTest {

  private static final long NOW = 1_800_000_000;
  private static final long DAY_LATER = NOW + 86_400;

  private static final String LONGEST = "p".repeat(64) + ":" + "x".repeat(128);

  @Test
  void given_an_id_with_or_without_prefix_then_it_is_accepted() {
    for (String id : List.of("4f1c", "onrtac:4f1c-2b", "a.b_c~d-e:1", LONGEST)) {
      assertThat(AdminRequest.id("token-id", id)).isEqualTo(id);
    }
  }

  @Test
  void given_another_id_then_the_message_names_parameter_and_range() {
    Stream.concat(
            Stream.of("", ":", "a:", ":a", "a:b:c", "a b", "a/b", "é", "a\n"),
            Stream.of("p" + LONGEST, LONGEST + "x", "p".repeat(65)))
        .forEach(
            id ->
                assertThatThrownBy(() -> AdminRequest.id("token-id", id))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("token-id: 1 to 64 letters, digits or ._~-"));
  }

  @Test
  void given_expiry_or_lifespan_then_the_result_is_the_second_of_the_expiry() {
    assertThat(expiry(Map.of("expiresAt", DAY_LATER), NOW)).isEqualTo(DAY_LATER);
    assertThat(expiry(Map.of("expiresAt", NOW + 1), NOW)).isEqualTo(NOW + 1);
    assertThat(expiry(Map.of("lifespan", 60), NOW)).isEqualTo(NOW + 60);
    assertThat(expiry(Map.of("lifespan", MAX_SECONDS), NOW)).isEqualTo(NOW + MAX_SECONDS);
  }

  private static void assertRefused(Map<String, ?> body, String message) {
    assertThatThrownBy(() -> expiry(body, NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void given_another_body_then_the_message_names_what_is_accepted() {
    String which = "give expiresAt or lifespan, in seconds, and not both";
    assertRefused(Map.of(), which);
    assertRefused(Map.of("expiresAt", DAY_LATER, "lifespan", 60), which);
    assertRefused(Map.of("lifetime", 60, "exp", 1), "unknown: exp, lifetime");
    for (Object end : List.of(NOW, DAY_LATER * 1000, "tomorrow")) {
      String range = (NOW + 1) + " to " + (NOW + MAX_SECONDS);
      assertRefused(Map.of("expiresAt", end), "expiresAt: " + range + " seconds");
    }
    for (Object lifespan : List.of(0, -60, 1.5, MAX_SECONDS + 1, Double.NaN, true)) {
      assertRefused(Map.of("lifespan", lifespan), "lifespan: 1 to 315360000 seconds");
    }
  }

  @Test
  void given_first_and_max_then_the_page_is_that_part_and_by_default_that_of_keycloak() {
    List<Integer> all = List.of(1, 2, 3, 4, 5);

    assertThat(Page.of(1, 2).in(all)).containsExactly(2, 3);
    assertThat(Page.of(4, 2).in(all)).containsExactly(5);
    assertThat(Page.of(5, 2).in(all)).isEmpty();
    assertThat(Page.of(0, 0).in(all)).isEmpty();
    assertThat(Page.of(null, null)).isEqualTo(Page.of(-1, -1)).isEqualTo(new Page(0, 100));
  }
}
