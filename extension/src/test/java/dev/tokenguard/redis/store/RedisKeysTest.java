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
import org.junit.jupiter.api.Test;
import redis.clients.jedis.util.JedisClusterCRC16;

/** The names, which other versions of Token Guard and resource servers use, too. */
final class RedisKeysTest {

  private static final String ID = "6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e6f";
  private static final RedisKeys KEYS = new RedisKeys("tg:");

  @Test
  void given_ids_then_the_names_are_those_of_every_other_version() {
    String compact = "bxtaDjx9TiqbHworPE1ebw";
    assertThat(KEYS.user(ID)).isEqualTo("tg:u:{" + ID + "}");
    assertThat(KEYS.compact(ID)).isEqualTo(compact);
    assertThat(RedisKeys.session(compact, false)).isEqualTo("s:" + compact);
    assertThat(RedisKeys.session(compact, true)).isEqualTo("o:" + compact);
    assertThat(RedisKeys.client(compact)).isEqualTo("k:" + compact);
    assertThat(RedisKeys.clientSession(compact, compact)).isEqualTo("c:" + compact + "." + compact);
    assertThat(RedisKeys.exchanges("tag")).isEqualTo("x:tag");
    assertThat(KEYS.user("f:ldap:Zoë {1}")).isEqualTo("tg:u:{f:ldap:Zo%C3%AB%20%7B1%7D}");
    assertThat(KEYS.compact("abc_-.:9")).isEqualTo("~abc_-.:9");
    RedisKeys prefixed = new RedisKeys("prod-7:");
    assertThat(prefixed.user("a")).isEqualTo("prod-7:u:{a}");
    assertThat(prefixed.incidents("r{")).isEqualTo("prod-7:incidents:{r%7B}");
    assertThat(prefixed.latestExpiry("r{")).isEqualTo("prod-7:exp:{r%7B}");
    assertThat(prefixed.heartbeat()).isEqualTo("prod-7:heartbeat");
  }

  /** Redis Cluster puts a key where its hash tag belongs. Fields are separated by commas. */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void given_any_id_then_its_short_form_can_be_read_and_its_hash_tag_is_the_user(
      @ForAll("ids") String id) {
    assertThat(KEYS.expanded(KEYS.compact(id))).isEqualTo(id);
    assertThat(KEYS.compact(id)).matches("~[A-Za-z0-9._:%-]*|[A-Za-z0-9_-]{22}");
    assertThat(KEYS.user(id)).matches("tg:u:\\{[^{}]+\\}");
    assertThat(JedisClusterCRC16.getSlot(KEYS.user(id)))
        .isEqualTo(JedisClusterCRC16.getSlot(new RedisKeys("other:").user(id)));
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void given_sessions_and_clients_then_their_names_are_equal_only_if_they_are(
      @ForAll("ids") String one,
      @ForAll("ids") String two,
      @ForAll("ids") String other,
      @ForAll("ids") String another) {
    assertThat(KEYS.user(one).equals(KEYS.user(other))).isEqualTo(one.equals(other));
    assertThat(
            RedisKeys.clientSession(KEYS.compact(one), KEYS.compact(two))
                .equals(RedisKeys.clientSession(KEYS.compact(other), KEYS.compact(another))))
        .isEqualTo(one.equals(other) && two.equals(another));
  }

  /** Of few characters that might be confused, of any, and such as are stored in a shorter form. */
  @Provide
  Arbitrary<String> ids() {
    return Arbitraries.frequencyOf(
        Tuple.of(6, Arbitraries.strings().withChars("a.~%{},").ofMinLength(1).ofMaxLength(3)),
        // Half a character is no text; Java writes it as a question mark.
        Tuple.of(
            1,
            Arbitraries.strings()
                .ofMinLength(1)
                .ofMaxLength(40)
                .filter(it -> it.chars().noneMatch(c -> Character.isSurrogate((char) c)))),
        Tuple.of(1, Arbitraries.create(() -> UUID.randomUUID().toString())),
        Tuple.of(1, Arbitraries.strings().withChars("0123456789abcdefABCDEF-").ofLength(36)),
        Tuple.of(
            1,
            Arbitraries.of(
                "6F1B5A0E-3C7D-4E2A-9B1F-0A2B3C4D5E6F",
                "00000001-0001-0001-0001-00000000000g",
                "this-text-has-thirty-six-characters!",
                "Zoë \uD83D\uDD11 字",
                "nul\0 new\nline")));
  }
}
