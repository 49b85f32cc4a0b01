package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RevocationService;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.TestLength;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What logouts leave in Redis has an end, and is gone by itself. By the clock of Redis. */
final class ManyLogoutsTest {

  private static final int LOGOUTS = TestLength.of(1_000, 10_000);
  private static final int LIFESPAN_SECONDS = 5;

  /** Redis takes its time to collect what has ended, more so on a busy machine. */
  private static final Duration GONE = Duration.ofSeconds(LIFESPAN_SECONDS + 25);

  private static final Pattern KEYS = Pattern.compile("db0:keys=(\\d+),expires=(\\d+)");

  private final TestClock clock = TestClock.started();
  private Redis redis;
  private FamilyStore families;
  private RevocationService revocations;
  private RevocationList blacklist;

  @BeforeEach
  void open() {
    JEDIS.flushAll();
    redis = TestRedis.open(new RecordedTelemetry());
    families = TestRedis.store(redis);
    revocations = new RevocationService(families);
    blacklist = TestRedis.blacklist(redis);
  }

  @AfterEach
  void close() {
    redis.close();
  }

  @Test
  void givenThousandsOfLogouts_thenEveryKeyHasAnEndAndNoneIsLeft() {
    for (int logout = 1; logout <= LOGOUTS; logout++) {
      Login login = login();
      refresh(login, 0);
      refresh(login, 1);
      logOut(login);
      if (logout % (LOGOUTS / 10) == 0) {
        assertThatEveryKeyHasAnEnd();
      }
    }
    Await.until("an empty Redis", GONE, () -> JEDIS.dbSize() == 0);
  }

  private Login login() {
    return Login.at(clock).ofUser(uuid()).asFamily(uuid()).inSession(uuid(), now());
  }

  private void refresh(Login login, long generation) {
    RotationRequest asked = login.refresh(generation, clock);
    long end = now() + LIFESPAN_SECONDS;
    RotationRequest request =
        new RotationRequest(
            asked.userId(),
            asked.presented(),
            asked.session(),
            new RotationRequest.ProposedChild(now(), end, end, end),
            new RotationRequest.AccessToken(
                end, asked.accessToken().prefix(), asked.accessToken().loginPrefix()),
            asked.context(),
            asked.binding(),
            asked.attempt(),
            0,
            asked.presentedIssuedAt(),
            true,
            Optional.empty());
    assertThat(families.rotate(request, Policies.DEFAULT, it -> false))
        .matches(it -> it.issued().isPresent());
  }

  /** In the steps in which Keycloak's logouts are carried out. */
  private void logOut(Login login) {
    long end = now() + LIFESPAN_SECONDS;
    Revocation revocation =
        Revocations.ofSession(login.user(), Revocations.both(login.session()), end, end);
    revocations.mark(revocation);
    List<Entry> entries = new ArrayList<>();
    entries.add(Entry.ofSession(login.session(), end, Reason.LOGOUT, end));
    families.find(
        login.user(),
        family ->
            family.accessTokens().stream()
                .forEach(id -> entries.add(Entry.ofAccessToken(id, Reason.LOGOUT, end))));
    assertThat(entries).as("the session and three access tokens").hasSize(4);
    blacklist.addAll(entries);
  }

  private static void assertThatEveryKeyHasAnEnd() {
    Matcher counts = KEYS.matcher(JEDIS.info("keyspace"));
    assertThat(counts.find()).as("keys of the last logouts").isTrue();
    assertThat(counts.group(2)).as("keys with an end").isEqualTo(counts.group(1));
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }

  private static String uuid() {
    return UUID.randomUUID().toString();
  }
}
