package dev.tokenguard.redis.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.util.JedisClusterCRC16;

/** The names, which other versions of Token Guard and resource servers use, too. */
final class RedisKeysTest {

  private static final String UUID = "6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e6f";
  private static final RedisKeys KEYS = new RedisKeys("tg:");

  @Test
  void given_ids_then_the_names_are_those_of_every_other_version() {
    String compact = "bxtaDjx9TiqbHworPE1ebw";
    assertThat(KEYS.user(UUID)).isEqualTo("tg:u:{" + UUID + "}");
    assertThat(KEYS.compact(UUID)).isEqualTo(compact);
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
  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "~",
        "%41",
        "{}",
        "}{",
        "a{b}c",
        "f:3d2c1b0a-0000-4000-8000-000000000001:alice@example.org",
        "nul\0 new\nline",
        "Zoë \uD83D\uDD11 字",
        "comma,comma",
        "6F1B5A0E-3C7D-4E2A-9B1F-0A2B3C4D5E6F",
        "this-text-has-thirty-six-characters!",
        "00000001-0001-0001-0001-00000000000g"
      })
  void given_any_id_then_its_short_form_can_be_read_and_its_hash_tag_is_the_user(String id) {
    assertThat(KEYS.expanded(KEYS.compact(id))).isEqualTo(id);
    assertThat(KEYS.compact(id)).matches("~[A-Za-z0-9._:%-]*");
    assertThat(KEYS.user(id)).matches("tg:u:\\{[^{}]+\\}");
    assertThat(JedisClusterCRC16.getSlot(KEYS.user(id)))
        .isEqualTo(JedisClusterCRC16.getSlot(new RedisKeys("other:").user(id)));
  }
}
