package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisSettings;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationList.Hit;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.process.LoopbackPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;

/** What the blacklist sends to Redis, what it leaves there, and what it makes of odd answers. */
final class BlacklistCommandsTest {

  private static final Pattern CALLS =
      Pattern.compile("cmdstat_(evalsha|eval|get|mget):calls=(\\d+)");
  private static final Pattern READS = Pattern.compile("total_reads_processed:(\\d+)");
  private static final TokenIdentity TOKEN = new TokenIdentity("t1", "s1", "u1", 100);
  private static final int MANY = 40;

  /** Those of the test itself, and what Redis may need to read one long text. */
  private static final int FEW_READS = 8;

  private final long later = TestClock.started().second() + 300;
  private final RecordedTelemetry telemetry = new RecordedTelemetry();
  private Redis redis;
  private RevocationList blacklist;

  @BeforeEach
  void open() {
    JEDIS.flushAll();
    redis = TestRedis.open(telemetry);
    blacklist = TestRedis.blacklist(redis);
    // The first script goes over the line as a source, on a new connection.
    blacklist.add(Entry.ofSession("first", 100, Reason.LOGOUT, later));
    telemetry.answered.clear();
    JEDIS.executeCommand(new CommandArguments(Protocol.Command.CONFIG).add("RESETSTAT"));
  }

  @AfterEach
  void close() {
    redis.close();
  }

  private Entry token(String id) {
    return Entry.ofAccessToken(id, Reason.REVOKED, later);
  }

  private List<Entry> many() {
    List<Entry> many = new ArrayList<>();
    for (int number = 0; number < MANY; number++) {
      many.add(token("t" + number));
    }
    return many;
  }

  /** What was sent since the begin of the test; what a script calls is not of interest. */
  private static Map<String, Integer> sent() {
    Map<String, Integer> sent = new TreeMap<>();
    Matcher matcher = CALLS.matcher(JEDIS.info("commandstats"));
    while (matcher.find()) {
      sent.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
    }
    return sent;
  }

  private static int reads() {
    Matcher matcher = READS.matcher(JEDIS.info("stats"));
    assertThat(matcher.find()).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  @Test
  void whenATokenIsLookedUp_thenThatIsOneCommand() {
    blacklist.find(TOKEN);
    blacklist.find(new TokenIdentity("t1", "", "", 100));
    blacklist.reasonFor("t1");
    assertThat(sent()).isEqualTo(Map.of("mget", 2, "get", 1));
    assertThat(telemetry.answered)
        .containsExactly(
            Operation.BLACKLIST_FIND, Operation.BLACKLIST_FIND, Operation.BLACKLIST_FIND);
  }

  @Test
  void whenAnEntryIsAdded_thenThatIsOneCommand() {
    blacklist.add(token("t1"));
    assertThat(sent()).containsEntry("evalsha", 1).doesNotContainKey("eval");
    assertThat(telemetry.answered).containsExactly(Operation.BLACKLIST_ADD);
  }

  @Test
  void whenManyAreAdded_thenThatIsOneRoundTrip() {
    int before = reads();
    blacklist.addAll(many());
    assertThat(reads() - before).isLessThan(FEW_READS);
    assertThat(sent()).containsEntry("evalsha", MANY).doesNotContainKey("eval");
    assertThat(telemetry.answered).containsExactly(Operation.BLACKLIST_ADD);
  }

  @Test
  void whenNoneIsAdded_thenNothingIsSent() {
    blacklist.addAll(List.of());
    assertThat(sent()).isEmpty();
    assertThat(telemetry.answered).isEmpty();
  }

  @Test
  void givenARedisThatForgotTheScript_whenAnEntryIsAdded_thenItIsGivenTheSource() {
    JEDIS.scriptFlush("any");
    assertThat(blacklist.add(token("t1"))).isTrue();
    assertThat(blacklist.add(token("t1"))).isFalse();
    assertThat(sent()).containsEntry("eval", 1).containsEntry("evalsha", 2);
    assertThat(telemetry.failed).isEmpty();
  }

  @Test
  void givenARedisThatForgotTheScript_whenManyAreAdded_thenASecondRoundTripAddsThem() {
    JEDIS.scriptFlush("any");
    int before = reads();
    blacklist.addAll(many());
    assertThat(reads() - before).isLessThan(2 * FEW_READS);
    assertThat(JEDIS.keys("tg:at:*")).hasSize(MANY);
    assertThat(sent()).containsEntry("evalsha", MANY).containsEntry("eval", MANY);
    assertThat(telemetry.answered).containsExactly(Operation.BLACKLIST_ADD);
    assertThat(telemetry.failed).isEmpty();
  }

  @Test
  void whenEntriesAreAdded_thenTheKeysAreThoseOfTheContractAndEachExpires() {
    blacklist.addAll(
        List.of(
            token("onrtrt:1"),
            Entry.ofSession("s1", 100, Reason.PASSWORD_CHANGED, later + 1),
            Entry.ofUser("f:ldap:na:me{x} y", 77, later + 2)));
    JEDIS.del("tg:sid:first");
    assertThat(JEDIS.keys("*"))
        .containsExactlyInAnyOrder("tg:at:onrtrt:1", "tg:sid:s1", "tg:sub:f:ldap:na:me{x} y");
    assertStands("tg:at:onrtrt:1", "revoked", later);
    assertStands("tg:sid:s1", "100 password-changed", later + 1);
    assertStands("tg:sub:f:ldap:na:me{x} y", "77", later + 2);
  }

  private static void assertStands(String key, String value, long expiresAt) {
    assertThat(JEDIS.get(key)).isEqualTo(value);
    assertThat(JEDIS.expireTime(key)).isEqualTo(expiresAt);
  }

  @Test
  void givenAnotherPrefix_whenEntriesAreAdded_thenTheBlacklistsKnowNothingOfEachOther() {
    RevocationList other = new RedisRevocationList(redis, new RedisKeys("prod-7:"));
    blacklist.add(token("t1"));
    assertThat(other.reasonFor("t1")).isEmpty();
    assertThat(other.add(token("t1"))).isTrue();
    assertThat(JEDIS.exists("prod-7:at:t1")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "", " 50", "1e9", "50.0", "0x10", "99999999999999999999", "nan"})
  void givenAForeignValueForAUser_whenATokenIsLookedUp_thenItIsDead(String foreign) {
    JEDIS.set("tg:sub:u1", foreign);
    assertThat(blacklist.find(TOKEN)).contains(new Hit(RevocationScope.USER, ""));
  }

  @Test
  void givenForeignReasons_whenATokenIsLookedUp_thenTheyAreTold() {
    JEDIS.set("tg:sid:s1", "");
    assertThat(blacklist.find(TOKEN)).contains(new Hit(RevocationScope.SESSION, ""));
    JEDIS.set("tg:at:t1", "by hand");
    assertThat(blacklist.find(TOKEN)).contains(new Hit(RevocationScope.ACCESS_TOKEN, "by hand"));
    assertThat(blacklist.reasonFor("t1")).contains("by hand");
    assertThat(blacklist.add(token("t1"))).isFalse();
    assertStands("tg:at:t1", "by hand", later);
  }

  @Test
  void givenAKeyOfAnotherType_whenAnEntryIsAdded_thenItIsRejectedAndNothingChanges() {
    JEDIS.hset("tg:at:t1", "mine", "yes");
    assertRejected(Operation.BLACKLIST_ADD, () -> blacklist.add(token("t1")));
    assertThat(JEDIS.hgetAll("tg:at:t1")).isEqualTo(Map.of("mine", "yes"));
    assertThat(JEDIS.expireTime("tg:at:t1")).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void givenAKeyOfAnotherType_whenManyAreAdded_thenItKeepsNoOtherBack(boolean isScriptKnown) {
    JEDIS.hset("tg:at:t0", "mine", "yes");
    if (!isScriptKnown) {
      JEDIS.scriptFlush("any");
    }
    assertRejected(Operation.BLACKLIST_ADD, () -> blacklist.addAll(many()));
    assertThat(JEDIS.hgetAll("tg:at:t0")).isEqualTo(Map.of("mine", "yes"));
    assertThat(JEDIS.keys("tg:at:*")).hasSize(MANY);
  }

  private void assertRejected(Operation operation, Runnable action) {
    assertThatThrownBy(action::run).isInstanceOf(StoreUnavailableException.class);
    assertThat(telemetry.failed)
        .singleElement()
        .satisfies(
            failed -> {
              assertThat(failed.operation()).isEqualTo(operation);
              assertThat(failed.failure()).isEqualTo(Failure.REJECTED);
              assertThat(failed.message()).startsWith("WRONGTYPE");
            });
    assertThat(telemetry.answered).isEmpty();
  }

  /** Nobody is let in by a key that is broken without somebody being told. */
  @Test
  void givenAKeyOfAnotherType_whenATokenIsAskedForAlone_thenItIsRejected() {
    JEDIS.hset("tg:at:t1", "mine", "yes");
    assertRejected(Operation.BLACKLIST_FIND, () -> blacklist.reasonFor("t1"));
  }

  /** {@code MGET} passes over what is no text; the other keys count all the same. */
  @Test
  void givenAKeyOfAnotherType_whenATokenIsLookedUp_thenItIsNoEntry() {
    JEDIS.hset("tg:at:t1", "mine", "yes");
    assertThat(blacklist.find(TOKEN)).isEmpty();
    blacklist.add(Entry.ofSession("s1", 100, Reason.LOGOUT, later));
    assertThat(blacklist.find(TOKEN)).contains(new Hit(RevocationScope.SESSION, "logout"));
  }

  @Test
  void givenNobodyListens_whenAnyMethodIsCalled_thenEachSaysSo() {
    Map<String, String> given = Map.of("url", "redis://127.0.0.1:" + LoopbackPort.free());
    Optional<RedisSettings> settings = RedisSettings.parse(given::get);
    try (Redis away = Redis.open(settings.orElseThrow(), telemetry)) {
      RevocationList asked = TestRedis.blacklist(away);
      List<Runnable> methods =
          List.of(
              () -> asked.add(token("t1")),
              () -> asked.addAll(many()),
              () -> asked.reasonFor("t1"),
              () -> asked.find(TOKEN));
      for (Runnable method : methods) {
        assertThatThrownBy(method::run)
            .isInstanceOf(StoreUnavailableException.class)
            .hasMessage("Redis did not answer as it should");
      }
    }
    assertThat(telemetry.failed)
        .extracting(RecordedTelemetry.Failed::operation)
        .containsExactly(
            Operation.BLACKLIST_ADD,
            Operation.BLACKLIST_ADD,
            Operation.BLACKLIST_FIND,
            Operation.BLACKLIST_FIND);
    assertThat(telemetry.failed)
        .extracting(RecordedTelemetry.Failed::failure)
        .containsOnly(Failure.CONNECTION);
    assertThat(telemetry.answered).isEmpty();
  }
}
