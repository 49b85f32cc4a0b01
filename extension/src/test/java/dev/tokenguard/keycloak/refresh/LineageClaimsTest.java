package dev.tokenguard.keycloak.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;

final class LineageClaimsTest {

  /** More than an int holds. */
  private static final long RECORDED = 4_000_000_000L;

  @Test
  void given_tokens_that_the_store_has_not_recorded_then_each_has_the_time_of_the_last_recorded()
      throws IOException {
    RefreshToken last = issuedAt(RECORDED);
    for (long second = RECORDED + 100; second < RECORDED + 400; second += 100) {
      RefreshToken next = issuedAt(second);
      LineageClaims.markUnrecorded(next, LineageClaims.recordedIssuedAt(last));
      ObjectMapper json = new ObjectMapper();
      last = json.readValue(json.writeValueAsString(next), RefreshToken.class);

      assertThat(last.getIat()).isEqualTo(second);
      assertThat(LineageClaims.recordedIssuedAt(last)).isEqualTo(RECORDED);
    }
  }

  private static RefreshToken issuedAt(long second) {
    RefreshToken token = new RefreshToken(new AccessToken());
    token.iat(second);
    return token;
  }
}
