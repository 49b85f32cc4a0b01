package dev.tokenguard.benchmark.store;

import dev.tokenguard.benchmark.store.RedisFigures.SilentRedis;
import dev.tokenguard.benchmark.support.Progress;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.store.RedisFamilyStore;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenPosition;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The time of each script for a user with very many families, on the clock of Redis. */
public final class VolumeBenchmark {

  private static final List<Integer> FAMILIES = List.of(1, 1_000, 100_000);
  private static final int PER_CLIENT = 1_000;
  private static final int CALLS = 2_000;

  private static final long DAY = 86_400;
  private static final String USER = UUID.randomUUID().toString();
  private static final RequestContext CONTEXT = RequestContext.of("benchmark", "127.0.0.1");
  private static final RotationPolicy UNLIMITED =
      RotationPolicy.parse(Map.of("max-families-per-user-and-client", 0));
  private static final RotationPolicy TEN =
      RotationPolicy.parse(Map.of("max-families-per-user-and-client", 10));
  private static final RotationPolicy BY_DEFAULT = RotationPolicy.parse(Map.of());

  private final Progress progress;

  public VolumeBenchmark(Progress progress) {
    this.progress = progress;
  }

  public void run() {
    try (RedisServer server = RedisServer.start();
        RedisFigures figures = new RedisFigures(server);
        Redis redis = SilentRedis.open(server, 0)) {
      FamilyStore store = new RedisFamilyStore(redis, new RedisKeys("tg:"));
      progress.say(
          "Redis %s is up; mean time of a script, µs on the clock of Redis", server.version());
      progress.say(
          "%10s %10s %14s %14s %16s %16s %14s",
          "families",
          "rotate",
          "login",
          "login, no",
          "login, at a",
          "login, at the",
          "revocation of");
      progress.say(
          "%10s %10s %14s %14s %16s %16s %14s",
          "", "", "below limit", "limit", "limit of 10", "limit of 1000", "a session");
      measure(store, figures, 1);
      figures.forgetAll();
      for (int families : FAMILIES) {
        progress.say("%10d %s", families, measure(store, figures, families));
        figures.forgetAll();
      }
    }
  }

  private static String measure(FamilyStore store, RedisFigures figures, int families) {
    for (int number = 0; number < families; number++) {
      store.begin(login("client" + number / PER_CLIENT, uuid(number)), UNLIMITED);
    }
    long[] generation = new long[families];
    figures.resetTimes();
    for (int call = 0; call < CALLS; call++) {
      int number = (int) (call * 7_919L % families);
      store.rotate(
          request("client" + number / PER_CLIENT, uuid(number), generation[number]++),
          BY_DEFAULT,
          it -> false);
    }
    double rotate = figures.scriptMicros();
    double below = begins(store, figures, "below", BY_DEFAULT, 500);
    double unlimited = begins(store, figures, "unlimited", UNLIMITED, CALLS);
    for (int number = 0; number < 10; number++) {
      store.begin(login("ten", UUID.randomUUID().toString()), TEN);
    }
    double atTen = begins(store, figures, "ten", TEN, CALLS);
    for (int number = 0; number < 1_062; number++) {
      store.begin(login("thousand", UUID.randomUUID().toString()), BY_DEFAULT);
    }
    double atThousand = begins(store, figures, "thousand", BY_DEFAULT, CALLS);
    figures.resetTimes();
    long now = Instant.now().getEpochSecond();
    for (int call = 0; call < CALLS; call++) {
      store.revoke(Revocations.ofSession(USER, Revocations.both("s" + call % 7), now, now + DAY));
    }
    return String.format(
        "%10.1f %14.1f %14.1f %16.1f %16.1f %14.1f",
        rotate, below, unlimited, atTen, atThousand, figures.scriptMicros());
  }

  private static double begins(
      FamilyStore store, RedisFigures figures, String client, RotationPolicy policy, int calls) {
    figures.resetTimes();
    for (int call = 0; call < calls; call++) {
      store.begin(login(client, UUID.randomUUID().toString()), policy);
    }
    return figures.scriptMicros();
  }

  private static String uuid(int number) {
    return new UUID(number * 0x9E3779B97F4A7C15L, number).toString();
  }

  private static RotationRequest login(String client, String family) {
    return request(client, family, 0);
  }

  private static RotationRequest request(String client, String family, long generation) {
    long now = Instant.now().getEpochSecond();
    return new RotationRequest(
        USER,
        new TokenPosition(family, generation),
        new RotationRequest.Session("session of " + client, now, client, now, false),
        new RotationRequest.ProposedChild(now, now + DAY, now + DAY + 60, now + DAY + 60),
        new RotationRequest.AccessToken(now + 300, "onrtrt", "onrtac"),
        CONTEXT,
        Optional.empty(),
        RotationRequest.Attempt.aged(Duration.ZERO),
        0,
        now,
        true,
        Optional.empty());
  }
}
