package dev.tokenguard.redis;

import dev.tokenguard.redis.connection.TestTopology;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.testbed.TestLength;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/** Redis and the reference decide alike, whatever happens. */
final class StoresAgreePropertyTest {

  @Property(edgeCases = EdgeCasesMode.NONE)
  void whateverHappens_thenRedisDecidesAsTheReference(
      @ForAll("policies") RotationPolicy policy, @ForAll("happenings") List<Happening> happenings) {
    assertAgreement(TestTopology.STANDALONE, policy, happenings);
  }

  @Tag(TestLength.FULL)
  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void whateverHappens_thenEveryTopologyDecidesAsTheReference(
      @ForAll TestTopology topology,
      @ForAll("policies") RotationPolicy policy,
      @ForAll("happenings") List<Happening> happenings) {
    assertAgreement(topology, policy, happenings);
  }

  private static void assertAgreement(
      TestTopology topology, RotationPolicy policy, List<Happening> happenings) {
    Course course = new Course(topology, policy);
    happenings.forEach(happening -> happening.in(course));
    course.world().store.find(course.world().user());
  }

  @Provide
  Arbitrary<RotationPolicy> policies() {
    return RandomPolicies.any();
  }

  @Provide
  Arbitrary<List<Happening>> happenings() {
    return Happening.some();
  }
}
