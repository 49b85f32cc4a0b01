package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Positions, and the ids that are derived from them. */
final class TokenPositionTest {

  private static final String FAMILY = "6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e6f";

  /** Computed by another program. A change of these would end every grace period at an update. */
  @ParameterizedTest
  @CsvSource({
    FAMILY + ",0," + FAMILY + ",6fcac411-17b1-8be3-937e-ca0df08088ff",
    FAMILY + ",1,fd2c1308-3fa5-83ce-82cc-1b84fbe5a3ce,6fcac411-17b1-8be3-85a8-accf96af9cd1",
    FAMILY + ",2,6ff9d431-72f8-82f5-9f35-8030a0ce3475,6fcac411-17b1-8be3-b476-e87616be896f",
    FAMILY
        + ",9007199254740990,"
        + "c5f40503-2d54-88a6-b232-33bfe8c82c55,6fcac411-17b1-8be3-9a29-3e46293aa3b6",
    "f:ldap:Zoë {1},7,307d9bc0-29f7-8e57-9749-fabe7d097a8f,f529ca2c-747b-870b-8b5d-0f2b2fa52aac",
  })
  void when_ids_are_derived_then_they_are_those_of_every_other_version(
      String family, long generation, String refreshTokenId, String accessTokenId) {
    TokenPosition position = new TokenPosition(family, 3).at(generation);
    assertThat(position.refreshTokenId()).isEqualTo(refreshTokenId);
    assertThat(position.accessTokenId(0)).isEqualTo(accessTokenId);
  }

  @Test
  void when_ids_of_many_positions_are_derived_then_all_differ_and_are_uuids_of_version_8() {
    Set<String> ids = new HashSet<>();
    for (long number = 1; number <= 500; number++) {
      for (String family : List.of(FAMILY, FAMILY + "1", "1")) {
        TokenPosition position = new TokenPosition(family, number);
        ids.add(position.refreshTokenId());
        ids.add(position.accessTokenId(0));
        ids.add(position.accessTokenId(number));
        assertThat(position.at(7).accessTokenId(number)).isEqualTo(position.accessTokenId(number));
      }
    }
    assertThat(ids).hasSize(4500);
    assertThat(ids).allMatch(id -> UUID.fromString(id).version() == 8);
    assertThat(ids).allMatch(id -> UUID.fromString(id).variant() == 2);
  }

  @Test
  void when_ids_are_derived_then_those_of_access_tokens_contain_the_tag_of_the_family() {
    TokenPosition position = new TokenPosition("family", 7);
    String tag = position.tag();
    String exchanged = TokenPosition.exchangedTokenId(tag, "onrtte", 1);
    assertThat(exchanged).startsWith("onrtte:");
    assertThat(TokenPosition.exchangedTokenId(tag, "onrtte", 2)).isNotEqualTo(exchanged);
    assertThat(
            List.of(
                "onrtrt:" + position.accessTokenId(0), position.at(8).accessTokenId(3), exchanged))
        .allMatch(id -> TokenPosition.tagOf(id).orElseThrow().equals(tag));
    assertThat(new TokenPosition("other", 7).tag()).isNotEqualTo(tag);
    assertThat(List.of("onrtte:" + UUID.randomUUID(), ""))
        .allMatch(id -> TokenPosition.tagOf(id).isEmpty());
  }

  @Test
  void given_the_largest_generation_then_its_successor_is_exact_in_lua() {
    double successor = TokenPosition.MAX_GENERATION + 1;
    assertThat((long) successor).isEqualTo(TokenPosition.MAX_GENERATION + 1);
    assertThat(successor + 1).isNotEqualTo(successor);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, TokenPosition.MAX_GENERATION + 1, Long.MAX_VALUE})
  void given_a_generation_out_of_range_then_it_is_refused(long generation) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TokenPosition(FAMILY, generation))
        .withMessage("generation: 0 to 9007199254740990");
  }

  @Test
  void given_a_family_without_an_id_then_it_is_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new TokenPosition("", 0));
  }

  /** Of each range its ends; the expected ids as prefix, and generation or number of the replay. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          0, 2,  1, 0, login, refresh, login:0 refresh:1 refresh:2
          0, 1,  1, 0, '',    refresh, refresh:1
          0, 0,  1, 0, '',    refresh, ''
          7, 7,  1, 0, login, refresh, refresh:7
          4, 5,  2, 4, login, refresh, refresh:4 refresh:5 refresh:r2 refresh:r3 refresh:r4
          1, 0,  1, 1, login, refresh, refresh:r1
          0, 0,  1, 2, login, '',      login:0
          1, 0,  1, 0, login, refresh, -
          0, -1, 1, 0, login, refresh, -
          """)
  void given_ranges_of_generations_and_replays_then_each_has_an_id(
      long first,
      long last,
      long firstReplay,
      long lastReplay,
      String loginPrefix,
      String refreshPrefix,
      String expected) {
    AccessTokens tokens =
        new AccessTokens(
            "family", first, last, firstReplay, lastReplay, 99, loginPrefix, refreshPrefix);
    assertThat(tokens.isEmpty()).isEqualTo(expected == null);
    assertThat(tokens.ids().stream().map(TokenPositionTest::readable))
        .containsExactly(
            expected == null || expected.isEmpty() ? new String[0] : expected.split(" "));
  }

  private static String readable(String jti) {
    String[] parts = jti.split(":");
    for (long number = 0; number < 10; number++) {
      TokenPosition position = new TokenPosition("family", number);
      if (parts[1].equals(position.accessTokenId(0))) {
        return parts[0] + ":" + number;
      }
      if (number > 0 && parts[1].equals(position.accessTokenId(number))) {
        return parts[0] + ":r" + number;
      }
    }
    return jti;
  }
}
