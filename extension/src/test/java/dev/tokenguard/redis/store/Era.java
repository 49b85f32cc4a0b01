package dev.tokenguard.redis.store;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Three seconds in which all events happen that are recorded in Redis, each to a user of its own.
 * In the year 2100, so that Redis does not expire what is written then.
 */
final class Era {

  static final Instant BEGIN = Instant.parse("2100-01-01T00:00:00.250Z");

  static final RotationPolicy BINDING = Policies.with("bind-to", "user-agent-and-ip");
  static final RotationPolicy REVOKING =
      Policies.with("bind-to", "ip", "on-binding-mismatch", "revoke-family");
  static final RotationPolicy TWO_PER_MINUTE = Policies.with("max-refreshes-per-minute", 2);
  static final RotationPolicy ONE_FAMILY = Policies.with("max-families-per-user-and-client", 1);

  static final String SECOND_FAMILY = "0d9c1f2e-5a4b-4c3d-8e7f-112233445566";
  static final String FEDERATED = "f:8d5b2c1a-0000-4000-8000-0000000000f1:{bär} the 2nd";

  private static final List<String> CONTINUED =
      List.of(
          "refreshed",
          "replayed",
          "reused",
          "family-revoked",
          "session-revoked",
          "client-session-revoked",
          "all-revoked");

  private final TestClock clock;
  private final Login login;
  private final FamilyStore families;
  private final RevocationList blacklist;

  private Era(TestClock clock, FamilyStore families, RevocationList blacklist) {
    this.clock = clock;
    this.login = Login.at(clock);
    this.families = families;
    this.blacklist = blacklist;
  }

  /** Writes to the shared Redis, which is flushed before. */
  static void play() {
    try (Redis redis = TestRedis.open(new RecordedTelemetry())) {
      TestClock clock = TestClock.startedAt(BEGIN);
      new Era(clock, TestRedis.emptyStore(clock), TestRedis.blacklist(redis)).run();
    }
  }

  /** The login of a user at the begin. */
  static Login of(String user) {
    return Login.at(TestClock.startedAt(BEGIN)).ofUser(user);
  }

  private void run() {
    logIns();
    clock.advance(Duration.ofSeconds(1));
    firstRefreshes();
    clock.advance(Duration.ofSeconds(2));
    revocations();
    blacklistEntries();
  }

  private void logIns() {
    for (String user : CONTINUED) {
      begin(of(user), Policies.DEFAULT);
    }
    begin(of("begun"), Policies.DEFAULT);
    begin(of("offline").offline(), Policies.DEFAULT);
    begin(of("bound").boundTo(Login.HERE), BINDING);
    begin(of("elsewhere").boundTo(Login.HERE), REVOKING);
    begin(of("throttled"), TWO_PER_MINUTE);
    begin(of("capped"), ONE_FAMILY);
    begin(federated(), Policies.DEFAULT);
  }

  /** Of a user and at a client whose ids are no UUIDs. */
  static Login federated() {
    return of(FEDERATED).asFamily("family, no UUID").atClient("account", BEGIN.getEpochSecond());
  }

  private void firstRefreshes() {
    for (String user : CONTINUED) {
      rotate(of(user), 0, Policies.DEFAULT);
    }
    rotate(of("adopted"), 0, Policies.DEFAULT);
    rotate(of("offline").offline(), 0, Policies.DEFAULT);
    rotate(of("bound").boundTo(Login.HERE), 0, BINDING);
    rotate(of("throttled"), 0, TWO_PER_MINUTE);
    rotate(federated(), 0, Policies.DEFAULT);
  }

  private void revocations() {
    rotate(of("refreshed"), 1, Policies.DEFAULT);
    rotate(of("replayed"), 0, Policies.DEFAULT);
    rotate(of("reused"), 1, Policies.DEFAULT);
    rotate(of("reused"), 0, Policies.DEFAULT);
    rotate(of("elsewhere").boundTo(Login.HERE).from(Login.OTHER_IP), 0, REVOKING);
    rotate(of("throttled"), 1, TWO_PER_MINUTE);
    begin(of("capped").asFamily(SECOND_FAMILY), ONE_FAMILY);
    long now = clock.second();
    long until = now + Login.REMEMBERED;
    families.revoke(Revocations.ofFamily("family-revoked", login.family(), until));
    families.revoke(Revocations.ofFamily("revoked-ahead", login.family(), until));
    families.revoke(
        Revocations.ofSession("session-revoked", Revocations.both(login.session()), now, until));
    ClientSession clientSession = new ClientSession(login.session(), login.client());
    families.revoke(
        Revocations.ofClientSessions(
            "client-session-revoked", List.of(clientSession), List.of(), now, until));
    families.revoke(Revocations.ofUser("all-revoked", List.of(), now, until));
  }

  private void blacklistEntries() {
    long end = clock.second() + Login.ACCESS_TOKEN_LIFESPAN;
    blacklist.add(Entry.ofAccessToken("onrtrt:6f1b5a0e", Reason.REVOKED, end));
    blacklist.add(Entry.ofSession(login.session(), clock.second(), Reason.LOGOUT, end));
    blacklist.add(Entry.ofUser(FEDERATED, clock.second(), end));
  }

  private void begin(Login of, RotationPolicy policy) {
    families.begin(of.begin(clock), policy);
  }

  private void rotate(Login of, long generation, RotationPolicy policy) {
    families.rotate(of.refresh(generation, clock), policy, it -> false);
  }
}
