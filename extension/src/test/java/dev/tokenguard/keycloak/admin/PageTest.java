package dev.tokenguard.keycloak.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PageTest {

  @Test
  void givenNothingOrLessThanNothing_thenThePageIsThatOfKeycloaksLists() {
    assertThat(Page.of(null, null)).isEqualTo(new Page(0, 100));
    assertThat(Page.of(-1, -1)).isEqualTo(new Page(0, 100));
  }

  @Test
  void givenFirstAndMax_thenThePageIsThatPart() {
    List<Integer> all = List.of(1, 2, 3, 4, 5);
    assertThat(Page.of(1, 2).in(all)).containsExactly(2, 3);
    assertThat(Page.of(4, 2).in(all)).containsExactly(5);
    assertThat(Page.of(5, 2).in(all)).isEmpty();
    assertThat(Page.of(0, 0).in(all)).isEmpty();
  }
}
