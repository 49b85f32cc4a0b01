package dev.tokenguard.keycloak.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.FakeKeycloak;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.BulkRevocation.Kind;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.keycloak.common.util.Time;

/** How a revocation for many users goes on when Redis, the database or the realm is missing. */
class BulkRevocationJobTest {

  private static final Logger LOG = Logger.getLogger(BulkRevocationJob.class.getName());

  private final FakeKeycloak keycloak = new FakeKeycloak();
  private final List<LogRecord> logged = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          logged.add(line);
        }

        @Override
        public void flush() {
          // Nothing is buffered.
        }

        @Override
        public void close() {
          // Nothing to release.
        }
      };

  @BeforeEach
  void recordLog() {
    LOG.addHandler(handler);
  }

  @AfterEach
  void restore() {
    LOG.removeHandler(handler);
  }

  private static BulkRevocation bulk(Kind kind) {
    return new BulkRevocation("realm-id", Reason.LOGOUT, kind, "id", Time.currentTime());
  }

  /** Its rounds follow each other without a pause. */
  private BulkRevocationJob job(BulkRevocation bulk) {
    return new BulkRevocationJob(
        keycloak.session(), keycloak.realm, bulk, true, seconds -> Runnable::run);
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

    assertThat(logged).isEmpty();
  }
}
