package dev.tokenguard.keycloak.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;

/** Which time a refresh token stands for. */
final class LineageClaimsTest {

  private static RefreshToken issuedAt(long second) {
    RefreshToken token = new RefreshToken(new AccessToken());
    token.iat(second);
    return token;
  }

  @Test
  void givenARecordedToken_thenItStandsForItsOwnTime() {
    assertThat(LineageClaims.recordedIssuedAt(issuedAt(4_000_000_000L))).isEqualTo(4_000_000_000L);
  }

  @Test
  void givenTokensWithoutARecord_whenOneFollowsTheOther_thenAllStandForTheLastThatWasRecorded()
      throws IOException {
    RefreshToken last = issuedAt(100);
    for (long second = 200; second < 500; second += 100) {
      RefreshToken next = issuedAt(second);
      LineageClaims.markUnrecorded(next, LineageClaims.recordedIssuedAt(last));
      ObjectMapper json = new ObjectMapper();
      last = json.readValue(json.writeValueAsString(next), RefreshToken.class);
      assertThat(last.getIat()).isEqualTo(second);
      assertThat(LineageClaims.recordedIssuedAt(last)).isEqualTo(100);
    }
  }
}
