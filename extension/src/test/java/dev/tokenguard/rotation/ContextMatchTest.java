package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.RotationPolicy.ContextMatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ContextMatchTest {

  private static final RequestContext HERE = RequestContext.of("browser", "192.0.2.1");

  @ParameterizedTest
  @CsvSource({
    "NONE,               true,  true,  true",
    "USER_AGENT,         false, true,  false",
    "IP,                 true,  false, false",
    "USER_AGENT_AND_IP,  false, false, false",
  })
  void whenTwoRequestsAreCompared_thenOnlyTheNamedTraitsCount(
      ContextMatch match, boolean withOtherAgent, boolean withOtherIp, boolean withOtherBoth) {
    assertThat(match.isSame(HERE, RequestContext.of("browser", "192.0.2.1"))).isTrue();
    assertThat(match.isSame(HERE, RequestContext.of("curl", "192.0.2.1")))
        .isEqualTo(withOtherAgent);
    assertThat(match.isSame(HERE, RequestContext.of("browser", "192.0.2.2")))
        .isEqualTo(withOtherIp);
    assertThat(match.isSame(HERE, RequestContext.of("curl", "192.0.2.2"))).isEqualTo(withOtherBoth);
    assertThat(match.comparesUserAgent()).isNotEqualTo(withOtherAgent);
    assertThat(match.comparesIp()).isNotEqualTo(withOtherIp);
  }
}
