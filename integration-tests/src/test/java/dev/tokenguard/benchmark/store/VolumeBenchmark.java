package dev.tokenguard.benchmark.store;

import dev.tokenguard.benchmark.Progress;
import dev.tokenguard.benchmark.Report;
import dev.tokenguard.benchmark.Report.Plot;
import dev.tokenguard.benchmark.Report.Table;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.store.RedisFamilyStore;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntConsumer;

/** The time of each script for a user with very many families, on the clock of Redis. */
public final class VolumeBenchmark {

  private static final int PER_CLIENT = 1_000;
  private static final int CALLS = 2_000;
  private static final String USER = UUID.randomUUID().toString();
  private static final RotationPolicy UNLIMITED = limitedTo(0);
  private static final RotationPolicy TEN = limitedTo(10);

  private final FamilyStore store;
  private final MeasuredRedis redis;

  private VolumeBenchmark(FamilyStore store, MeasuredRedis redis) {
    this.store = store;
    this.redis = redis;
  }

  public static Report run() {
    Table table =
        Table.of(
            "volume",
            "Mean time of a script for one user, µs on the clock of Redis",
            Plot.NONE,
            "families",
            "rotate",
            "login below the limit",
            "login without limit",
            "login at a limit of 10",
            "login at the limit of 1000",
            "revocation of a session");
    try (RedisServer server = RedisServer.start()) {
      MeasuredRedis redis = new MeasuredRedis(server);
      try (Redis connection = redis.connect(0)) {
        VolumeBenchmark benchmark =
            new VolumeBenchmark(new RedisFamilyStore(connection, new RedisKeys("tg:")), redis);
        // Warms up.
        benchmark.measure(1);
        for (int families : List.of(1, 1_000, 100_000)) {
          Progress.say("One user with %,d families", families);
          table.row(benchmark.measure(families).toArray());
        }
      }
      return new Report(Map.of("redis", server.version()), List.of(table), List.of(), Map.of());
    }
  }

  private List<Object> measure(int families) {
    redis.flush();
    for (int number = 0; number < families; number++) {
      store.begin(
          request("client" + number / PER_CLIENT, Families.uuid('f', number), 0), UNLIMITED);
    }
    long[] generations = new long[families];
    double rotate =
        timed(
            CALLS,
            call -> {
              int number = (int) (call * 7_919L % families);
              String family = Families.uuid('f', number);
              store.rotate(
                  request("client" + number / PER_CLIENT, family, generations[number]++),
                  Families.BY_DEFAULT,
                  it -> false);
            });
    double below = logins("below", Families.BY_DEFAULT, 500);
    double unlimited = logins("unlimited", UNLIMITED, CALLS);
    logins("ten", TEN, 10);
    double atTen = logins("ten", TEN, CALLS);
    logins("thousand", Families.BY_DEFAULT, 1_062);
    double atThousand = logins("thousand", Families.BY_DEFAULT, CALLS);
    long now = Instant.now().getEpochSecond();
    double revocation =
        timed(
            CALLS,
            call ->
                store.revoke(
                    new Revocation(
                        Sessions.of(USER, "s" + call % 7, SessionKind.BOTH),
                        now,
                        now + Families.DAY)));
    return List.of(families, rotate, below, unlimited, atTen, atThousand, revocation);
  }

  private double logins(String client, RotationPolicy policy, int calls) {
    return timed(
        calls, call -> store.begin(request(client, UUID.randomUUID().toString(), 0), policy));
  }

  private double timed(int calls, IntConsumer script) {
    redis.reset();
    for (int call = 0; call < calls; call++) {
      script.accept(call);
    }
    return redis.scriptMicros();
  }

  private static RotationRequest request(String client, String family, long generation) {
    return Families.refresh(USER, client, family, "session of " + client, generation);
  }

  private static RotationPolicy limitedTo(int families) {
    return RotationPolicy.parse(Map.of("max-families-per-user-and-client", families));
  }
}
