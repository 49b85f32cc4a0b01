package dev.tokenguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.TestTopology;
import dev.tokenguard.redis.store.RedisRevocationListTest;
import dev.tokenguard.revocation.InMemoryRevocationList;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.TestLength;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/** Redis finds the same entries as the in-memory reference, whatever is added in whatever order. */
final class BlacklistsAgreePropertyTest {

  private static final List<String> IDS = List.of("", "1", "2", "{1}");

  private final TestClock clock = TestClock.started();

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void givenRandomEntries_thenRedisFindsTheSameAsTheReference(
      @ForAll("steps") List<List<Entry>> steps) {
    assertAgreement(TestTopology.STANDALONE, steps);
  }

  @Tag(TestLength.FULL)
  @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
  void givenRandomEntries_thenEveryTopologyFindsTheSameAsTheReference(
      @ForAll TestTopology topology, @ForAll("steps") List<List<Entry>> steps) {
    assertAgreement(topology, steps);
  }

  private void assertAgreement(TestTopology topology, List<List<Entry>> steps) {
    topology.flush();
    RevocationList real = TestRedis.blacklist(topology.redis());
    InMemoryRevocationList reference = new InMemoryRevocationList(clock);
    for (List<Entry> step : steps) {
      if (step.size() == 1) {
        assertThat(real.add(step.get(0))).isEqualTo(reference.add(step.get(0)));
      } else {
        real.addAll(step);
        reference.addAll(step);
      }
      step.forEach(
          entry ->
              assertThat(
                      RedisRevocationListTest.livesUntil(
                          topology.owner(), RedisRevocationListTest.keyOf(entry)))
                  .isEqualTo(reference.livesUntil(entry)));
    }
    for (String id : IDS) {
      assertThat(real.reasonFor(id)).isEqualTo(reference.reasonFor(id));
    }
    tokens().forEach(token -> assertThat(real.find(token)).isEqualTo(reference.find(token)));
  }

  private static List<TokenIdentity> tokens() {
    return IDS.stream()
        .flatMap(id -> IDS.stream().map(session -> new TokenIdentity(id, session, "1", 5)))
        .flatMap(
            it -> IDS.stream().map(user -> new TokenIdentity(it.id(), it.sessionId(), user, 5)))
        .toList();
  }

  @Provide
  Arbitrary<List<List<Entry>>> steps() {
    return entries().list().ofMinSize(1).ofMaxSize(3).list().ofMaxSize(8);
  }

  private Arbitrary<Entry> entries() {
    Arbitrary<String> ids = Arbitraries.of(IDS);
    Arbitrary<Reason> reasons = Arbitraries.of(Reason.class);
    Arbitrary<Long> ends =
        Arbitraries.of(
            0L, 1_000L, clock.second() + 100, clock.second() + 200, clock.second() + 300);
    return Arbitraries.oneOf(
        Combinators.combine(ids, reasons, ends).as(Entry::ofAccessToken),
        Combinators.combine(ids, Arbitraries.longs().between(0, 12), reasons, ends)
            .as(Entry::ofSession),
        Combinators.combine(ids, Arbitraries.longs().between(0, 12), ends).as(Entry::ofUser));
  }
}
