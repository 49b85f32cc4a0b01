package dev.tokenguard.redis.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.util.JedisClusterCRC16;

final class RedisKeysTest {

  private static final String UUID = "6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e6f";
  private static final RedisKeys KEYS = new RedisKeys("tg:");

  static Stream<String> oddIds() {
    return Stream.of(
        "",
        " ",
        "~",
        "%",
        "%41",
        "{}",
        "}{",
        "a{b}c",
        "f:3d2c1b0a-0000-4000-8000-000000000001:alice@example.org",
        "two words",
        "new\nline",
        "nul\0",
        "Zoë \uD83D\uDD11 字",
        "comma,comma",
        UUID.toUpperCase(Locale.ROOT),
        "this-text-has-thirty-six-characters!",
        "1-1-1-1-1",
        "00000001-0001-0001-0001-00000000000g",
        "x".repeat(300));
  }

  static Stream<String> oddUserIds() {
    return oddIds().filter(id -> !id.isEmpty());
  }

  @Test
  void whenNamesAreMadeOfUuids_thenTheyAreThoseOfEveryOtherVersion() {
    String compact = "bxtaDjx9TiqbHworPE1ebw";
    assertThat(KEYS.user(UUID)).isEqualTo("tg:u:{" + UUID + "}");
    assertThat(KEYS.compact(UUID)).isEqualTo(compact);
    assertThat(RedisKeys.lineage(compact)).isEqualTo("f:" + compact);
    assertThat(RedisKeys.accessTokens(compact)).isEqualTo("a:" + compact);
    assertThat(RedisKeys.session(compact, false)).isEqualTo("s:" + compact);
    assertThat(RedisKeys.session(compact, true)).isEqualTo("o:" + compact);
    assertThat(RedisKeys.client(compact)).isEqualTo("k:" + compact);
    assertThat(RedisKeys.clientSession(compact, compact)).isEqualTo("c:" + compact + "." + compact);
  }

  @Test
  void whenNamesAreMadeOfOtherIds_thenTheyStayReadable() {
    assertThat(KEYS.user("f:ldap:Zoë {1}")).isEqualTo("tg:u:{f:ldap:Zo%C3%AB%20%7B1%7D}");
    assertThat(RedisKeys.lineage(KEYS.compact("abc_-.:9"))).isEqualTo("f:~abc_-.:9");
  }

  @Test
  void givenAPrefix_whenAKeyIsMade_thenItStandsBeforeIt() {
    assertThat(new RedisKeys("prod-7:").user("a")).isEqualTo("prod-7:u:{a}");
  }

  @ParameterizedTest
  @MethodSource("oddIds")
  void whenAnOddIdIsShortened_thenItCanBeReadBack(String id) {
    assertThat(KEYS.expanded(KEYS.compact(id))).isEqualTo(id);
    assertThat(KEYS.compact(id)).matches("[A-Za-z0-9._:~%-]*").doesNotContain(",");
  }

  @Test
  void whenAllOddIdsAreShortened_thenNoTwoAreAlike() {
    List<String> compact = oddIds().map(KEYS::compact).toList();
    assertThat(compact).doesNotHaveDuplicates();
    assertThat(oddIds().map(KEYS::user)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("oddIds")
  void whenAnOddUserHasAKey_thenItsHashTagIsTheUserAlone(String id) {
    String key = KEYS.user(id);
    assertThat(key.chars().filter(it -> it == '{')).hasSize(1);
    assertThat(key.chars().filter(it -> it == '}')).hasSize(1);
    assertThat(key).startsWith("tg:u:{").endsWith("}");
  }

  /** Redis Cluster puts a key where its hash tag belongs; an empty one would be none. */
  @ParameterizedTest
  @MethodSource("oddUserIds")
  void whenKeysOfAUserAreMadeWithSeveralPrefixes_thenTheyLieInOneSlot(String id) {
    int slot = JedisClusterCRC16.getSlot(KEYS.user(id));
    assertThat(JedisClusterCRC16.getSlot(new RedisKeys("other:").user(id))).isEqualTo(slot);
    String tag = KEYS.user(id).substring("tg:u:{".length(), KEYS.user(id).length() - 1);
    assertThat(JedisClusterCRC16.getSlot(tag)).isEqualTo(slot);
  }
}
