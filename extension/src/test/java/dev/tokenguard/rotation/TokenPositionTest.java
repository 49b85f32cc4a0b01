package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenPositionTest {

  private static final String FAMILY = "6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e6f";

  /** Computed by another program. Were they to change, an update would end every grace period. */
  @ParameterizedTest
  @CsvSource({
    FAMILY + ",1,fd2c1308-3fa5-83ce-82cc-1b84fbe5a3ce,6fcac411-17b1-8be3-85a8-accf96af9cd1",
    FAMILY + ",2,6ff9d431-72f8-82f5-9f35-8030a0ce3475,6fcac411-17b1-8be3-b476-e87616be896f",
    FAMILY
        + ",9007199254740990,"
        + "c5f40503-2d54-88a6-b232-33bfe8c82c55,6fcac411-17b1-8be3-9a29-3e46293aa3b6",
    "f:ldap:Zoë {1},7,307d9bc0-29f7-8e57-9749-fabe7d097a8f,f529ca2c-747b-870b-8b5d-0f2b2fa52aac",
  })
  void whenIdsAreDerived_thenTheyAreThoseOfEveryOtherVersion(
      String family, long generation, String refreshTokenId, String accessTokenId) {
    TokenPosition place = new TokenPosition(family, generation);
    assertThat(place.refreshTokenId()).isEqualTo(refreshTokenId);
    assertThat(place.accessTokenId(0)).isEqualTo(accessTokenId);
  }

  @Test
  void givenTheLogin_whenIdsAreDerived_thenTheRefreshTokenKeepsItsOwn() {
    TokenPosition login = new TokenPosition(FAMILY, 0);
    assertThat(login.refreshTokenId()).isEqualTo(FAMILY);
    assertThat(login.accessTokenId(0)).isEqualTo("6fcac411-17b1-8be3-937e-ca0df08088ff");
  }

  @Test
  void whenIdsAreDerivedOfManyPlaces_thenAllDifferAndAreUuidsOfVersion8() {
    Set<String> ids = new HashSet<>();
    for (long generation = 1; generation <= 500; generation++) {
      for (String family : new String[] {FAMILY, FAMILY + "1", "1"}) {
        TokenPosition place = new TokenPosition(family, generation);
        ids.add(place.refreshTokenId());
        ids.add(place.accessTokenId(0));
      }
    }
    assertThat(ids).hasSize(3000);
    assertThat(ids)
        .allSatisfy(
            id -> {
              assertThat(UUID.fromString(id)).hasToString(id);
              assertThat(UUID.fromString(id).version()).isEqualTo(8);
              assertThat(UUID.fromString(id).variant()).isEqualTo(2);
            });
  }

  @Test
  void whenAnotherGenerationIsAskedFor_thenTheFamilyStays() {
    assertThat(new TokenPosition(FAMILY, 3).at(9)).isEqualTo(new TokenPosition(FAMILY, 9));
  }

  @Test
  void givenTheLargestGeneration_whenItIsSucceeded_thenTheNumberIsStillExactInLua() {
    assertThat(new TokenPosition(FAMILY, TokenPosition.MAX_GENERATION).generation())
        .isEqualTo(9007199254740990L);
    double succeeded = TokenPosition.MAX_GENERATION + 1;
    assertThat((long) succeeded).isEqualTo(TokenPosition.MAX_GENERATION + 1);
    assertThat(succeeded + 1).isNotEqualTo(succeeded);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, TokenPosition.MAX_GENERATION + 1, Long.MAX_VALUE})
  void whenTheGenerationIsOutOfBounds_thenItIsNoPlace(long generation) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TokenPosition(FAMILY, generation))
        .withMessage("generation: 0 to 9007199254740990");
  }

  @Test
  void whenTheFamilyHasNoId_thenItIsNoPlace() {
    assertThatIllegalArgumentException().isThrownBy(() -> new TokenPosition("", 0));
  }
}
