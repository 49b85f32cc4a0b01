package dev.tokenguard.redis.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Different ids never share a name. */
final class RedisKeysPropertyTest {

  private static final RedisKeys KEYS = new RedisKeys("tg:");

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whateverAnIdIs_itCanBeReadBack(@ForAll("ids") String id) {
    assertThat(KEYS.expanded(KEYS.compact(id))).isEqualTo(id);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whateverTwoIdsAre_theirNamesAreEqualOnlyIfTheyAre(
      @ForAll("ids") String one, @ForAll("ids") String other) {
    boolean isSame = one.equals(other);
    assertThat(KEYS.user(one).equals(KEYS.user(other))).isEqualTo(isSame);
    assertThat(KEYS.compact(one).equals(KEYS.compact(other))).isEqualTo(isSame);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whateverASessionAndAClientAre_noOtherTwoHaveTheirName(
      @ForAll("ids") String session,
      @ForAll("ids") String client,
      @ForAll("ids") String otherSession,
      @ForAll("ids") String otherClient) {
    assertThat(
            RedisKeys.clientSession(KEYS.compact(session), KEYS.compact(client))
                .equals(
                    RedisKeys.clientSession(KEYS.compact(otherSession), KEYS.compact(otherClient))))
        .isEqualTo(session.equals(otherSession) && client.equals(otherClient));
  }

  /** Of few characters that might be confused, of any, and such as are stored in a shorter form. */
  @Provide
  Arbitrary<String> ids() {
    return Arbitraries.frequencyOf(
        Tuple.of(6, Arbitraries.strings().withChars("a.~%").ofMaxLength(3)),
        Tuple.of(1, Arbitraries.strings().excludeChars(surrogates()).ofMaxLength(40)),
        Tuple.of(1, Arbitraries.create(() -> UUID.randomUUID().toString())),
        Tuple.of(1, Arbitraries.strings().withChars("0123456789abcdefABCDEF-").ofLength(36)));
  }

  /** Half a character is no text; Java writes it as a question mark. */
  private static char[] surrogates() {
    char[] all = new char[Character.MAX_SURROGATE - Character.MIN_SURROGATE + 1];
    for (int index = 0; index < all.length; index++) {
      all[index] = (char) (Character.MIN_SURROGATE + index);
    }
    return all;
  }
}
