package dev.tokenguard.keycloak.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.FakeKeycloak;
import dev.tokenguard.keycloak.RecordedLog;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.BulkRevocation.Kind;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.logging.LogRecord;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.keycloak.common.util.Time;

/** How a revocation for many users goes on when Redis, the database or the realm is missing. */
class BulkRevocationJobTest {

  private final FakeKeycloak keycloak = new FakeKeycloak();
  private final RecordedLog log = new RecordedLog(BulkRevocationJob.class);

  @AfterEach
  void close() {
    log.close();
  }

  private static BulkRevocation bulk(Kind kind) {
    return new BulkRevocation("realm-id", Reason.LOGOUT, kind, "id", Time.currentTime());
  }

  /** Its rounds follow each other without a pause. */
  private BulkRevocationJob job(BulkRevocation bulk) {
    return job(bulk, Runnable::run);
  }

  private BulkRevocationJob job(BulkRevocation bulk, Executor nextRounds) {
    return new BulkRevocationJob(
        keycloak.session(), keycloak.realm, bulk, true, seconds -> nextRounds);
  }

  private static Map<String, Set<String>> users(int count) {
    return IntStream.range(0, count)
        .boxed()
        .collect(Collectors.toMap(it -> "user-" + it, it -> Set.of("sid-" + it)));
  }

  private boolean isDone(BulkRevocation bulk) {
    return keycloak.ownList.stream().anyMatch(it -> it.startsWith(bulk.done()));
  }

  private Set<String> listed() {
    return keycloak.blacklist.stream()
        .map(Entry::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @EnumSource
  void given_all_works_then_the_end_is_persisted(Kind kind) {
    BulkRevocation bulk = bulk(kind);

    job(bulk).start(users(2));

    assertThat(isDone(bulk)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void given_a_realm_that_is_deleted_then_the_job_ends_without_a_log_line(Kind kind) {
    BulkRevocationJob job = job(bulk(kind));
    keycloak.isRealmRemoved = true;

    job.start(users(2));

    assertThat(log.lines()).isEmpty();
  }

  @Test
  void given_an_outage_of_redis_then_the_users_of_a_not_before_time_are_recorded_after_it() {
    BulkRevocation bulk = bulk(Kind.REALM_NOT_BEFORE);
    keycloak.isRedisAvailable = false;

    job(bulk).start(users(2));

    assertThat(listed()).isEmpty();
    keycloak.isRedisAvailable = true;
    keycloak.tick();
    assertThat(listed()).containsExactly("sid-0", "sid-1", "user-0", "user-1");
  }

  @Test
  void given_an_outage_of_redis_then_a_restart_finds_the_entries_of_a_not_before_time() {
    BulkRevocation bulk = bulk(Kind.REALM_NOT_BEFORE);
    keycloak.isRedisAvailable = false;

    job(bulk).start(users(2));

    assertThat(keycloak.ownList.stream().filter(it -> it.contains("ENTRY"))).hasSize(4);
    assertThat(isDone(bulk)).isTrue();
  }

  @Test
  void given_users_whose_step_fails_then_a_round_logs_one_stack_trace() {
    keycloak.onReadUser =
        id -> {
          throw new IllegalStateException("the database is unavailable");
        };

    job(bulk(Kind.REALM), later -> {}).start(users(2));

    assertThat(log.lines()).singleElement().extracting(LogRecord::getThrown).isNotNull();
  }

  @Test
  void given_a_user_whose_step_fails_in_all_rounds_then_the_last_line_names_it() {
    keycloak.onReadUser =
        id -> {
          throw new IllegalStateException("the database is unavailable");
        };

    job(bulk(Kind.REALM)).start(users(1));

    assertThat(log.messages().get(log.messages().size() - 1))
        .endsWith("log these users out: user-0");
  }

  @Test
  void given_many_failed_users_then_the_first_twenty_are_named() {
    assertThat(BulkRevocationJob.named(users(20).keySet())).doesNotContain("more");
    assertThat(BulkRevocationJob.named(users(25).keySet()).split(", ")).hasSize(20);
    assertThat(BulkRevocationJob.named(users(25).keySet())).endsWith(" and 5 more");
  }

  /** Keycloak interrupts its background threads when it stops. */
  @Test
  void given_an_interrupted_step_then_the_job_stops_and_its_end_is_not_persisted() {
    BulkRevocation bulk = bulk(Kind.REALM);
    List<String> read = new ArrayList<>();
    keycloak.onReadUser =
        id -> {
          read.add(id);
          throw new IllegalStateException(new InterruptedException());
        };

    job(bulk).start(users(2));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(read).hasSize(1);
    assertThat(isDone(bulk)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"REALM", "REALM_NOT_BEFORE", "FEDERATION"})
  void given_a_failure_before_the_response_then_the_work_in_the_background_begins(Kind kind) {
    BulkRevocation bulk = bulk(kind);
    keycloak.onReadClients =
        () -> {
          keycloak.onReadClients = () -> {};
          throw new IllegalStateException("the database is unavailable");
        };

    job(bulk).start(users(2));

    assertThat(listed()).containsExactly("sid-0", "sid-1", "user-0", "user-1");
    assertThat(isDone(bulk)).isTrue();
    assertThat(log.lines().get(0).getThrown()).hasMessage("the database is unavailable");
  }
}
