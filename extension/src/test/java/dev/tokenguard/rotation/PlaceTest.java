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

final class PlaceTest {

  private static final String FAMILY = "6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e6f";

  /** Computed by another program. Were they to change, an update would end every grace period. */
  @ParameterizedTest
  @CsvSource({
    FAMILY + ",1,fd2c1308-3fa5-83ce-82cc-1b84fbe5a3ce,85a8accf-96af-8cd1-ad0f-63095abe4cb6",
    FAMILY + ",2,6ff9d431-72f8-82f5-9f35-8030a0ce3475,b476e876-16be-896f-83e7-d1ef2cbc0009",
    FAMILY
        + ",9007199254740990,"
        + "c5f40503-2d54-88a6-b232-33bfe8c82c55,9a293e46-293a-83b6-8c85-72051503f8d2",
    "f:ldap:Zoë {1},7,307d9bc0-29f7-8e57-9749-fabe7d097a8f,4b5d0f2b-2fa5-8aac-b53b-966e0f00ee39",
  })
  void whenIdsAreDerived_thenTheyAreThoseOfEveryOtherVersion(
      String family, long generation, String refreshTokenId, String accessTokenId) {
    Place place = new Place(family, generation);
    assertThat(place.refreshTokenId()).isEqualTo(refreshTokenId);
    assertThat(place.accessTokenId()).isEqualTo(accessTokenId);
  }

  @Test
  void givenTheLogin_whenIdsAreDerived_thenTheRefreshTokenKeepsItsOwn() {
    Place login = new Place(FAMILY, 0);
    assertThat(login.refreshTokenId()).isEqualTo(FAMILY);
    assertThat(login.accessTokenId()).isEqualTo("537eca0d-f080-88ff-9124-1c52a656a2fe");
  }

  @Test
  void whenIdsAreDerivedOfManyPlaces_thenAllDifferAndAreUuidsOfVersion8() {
    Set<String> ids = new HashSet<>();
    for (long generation = 1; generation <= 500; generation++) {
      for (String family : new String[] {FAMILY, FAMILY + "1", "1"}) {
        Place place = new Place(family, generation);
        ids.add(place.refreshTokenId());
        ids.add(place.accessTokenId());
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
    assertThat(new Place(FAMILY, 3).at(9)).isEqualTo(new Place(FAMILY, 9));
  }

  @Test
  void givenTheLargestGeneration_whenItIsSucceeded_thenTheNumberIsStillExactInLua() {
    assertThat(new Place(FAMILY, Place.MAX_GENERATION).generation()).isEqualTo(9007199254740990L);
    double succeeded = Place.MAX_GENERATION + 1;
    assertThat((long) succeeded).isEqualTo(Place.MAX_GENERATION + 1);
    assertThat(succeeded + 1).isNotEqualTo(succeeded);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Place.MAX_GENERATION + 1, Long.MAX_VALUE})
  void whenTheGenerationIsOutOfBounds_thenItIsNoPlace(long generation) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Place(FAMILY, generation))
        .withMessage("generation: 0 to 9007199254740990");
  }

  @Test
  void whenTheFamilyHasNoId_thenItIsNoPlace() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Place("", 0));
  }
}
