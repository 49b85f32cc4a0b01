package dev.tokenguard.redis.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is not of the expected shape counts as no answer. */
final class RotateReplyTest {

  private static final List<Object> GOOD =
      List.of(
          "STARTED", 1L, 2L, 3L, "", "", 0L, 0L, 0L, 1L, 0L, 4L, "onrtac", "onrtrt", "", "", 0L,
          0L);

  static Stream<Object> strange() {
    return Stream.of(
        "OK",
        7L,
        List.of(),
        GOOD.subList(0, 8),
        with(0, "SOMETHING_NEW"),
        with(0, "UNAVAILABLE"),
        with(0, 1L),
        with(1, "1"),
        with(4, 0L),
        with(14, "SOMETHING_NEW"),
        refusal("REUSED", "NO_REASON"),
        refusal("REVOKED", ""),
        Arrays.asList("STARTED", null));
  }

  private static List<Object> with(int index, Object value) {
    List<Object> reply = new ArrayList<>(GOOD);
    reply.set(index, value);
    return reply;
  }

  private static List<Object> refusal(String code, String why) {
    List<Object> reply = with(0, code);
    reply.set(15, why);
    return reply;
  }

  @ParameterizedTest
  @MethodSource("strange")
  void whenAReplyIsNotUnderstood_thenTheStoreIsUnavailable(Object reply) {
    assertThatThrownBy(() -> RotateReply.of(reply).decision("family"))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessage("a script answered what this version does not know");
  }
}
