package dev.tokenguard.rotation.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationRequest.AccessToken;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import dev.tokenguard.rotation.TokenPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The access tokens that a decision or a revocation names: all unexpired ones, and few others. */
abstract class AccessTokenRules extends StoreRules {

  AccessTokenRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  /** The access tokens that a reuse of the first token revokes. */
  private AccessTokens revokedByReuse() {
    return present(login, 0, Policies.DEFAULT, Reused.class).revoked();
  }

  private AccessTokens revoked(Login one) {
    List<AccessTokens> revoked = revoke(new Families(one.user(), List.of(one.family())));
    assertThat(revoked).hasSize(1);
    return revoked.get(0);
  }

  private void assertNames(AccessTokens named, long first, long last) {
    assertThat(named.ids()).containsAll(ids(first, last));
    assertThat(named.last()).isEqualTo(last);
  }

  private List<String> ids(long first, long last) {
    return ids(login, first, last);
  }

  private static List<String> ids(Login one, long first, long last) {
    return new AccessTokens(one.family(), first, last, 1, 0, 0, "onrtac", "onrtrt").ids();
  }

  private String id(long generation, long replay) {
    return new TokenPosition(login.family(), generation).accessTokenId(replay);
  }

  private static String id(Login one, SuccessorToken successor) {
    return "onrtrt:"
        + new TokenPosition(one.family(), successor.generation()).accessTokenId(successor.replay());
  }

  private void rotate(long generation, AccessToken accessToken) {
    RotationRequest request = Login.withAccessToken(login.refresh(generation, clock), accessToken);
    assertThat(store.rotate(request, Policies.DEFAULT, it -> false)).isInstanceOf(Rotated.class);
  }

  /**
   * Steps of a {@link Scenario}; the generations that are named, and in how many seconds they
   * expire.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a login                      | login, +100s                                     | 0  | 0   | true  | 200
          a login after its revocation | revoke families a, login revokes a               | 0  | 0   | true  | 300
          a young family               | 0 started, 1 rotated, 2 rotated                  | 0  | 3   | true  | 300
          an idle family               | 10 adopted, +86400s, 11 rotated, 12 rotated      | 12 | 13  | false | 300
          one expires in this second   | login, 0 rotated, +300s, 1 rotated, 2 rotated    | 0  | 3   | false | 300
          an adopted family            | 100 adopted                                      | 36 | 101 | true  | 300
          1 to 4 without the store     | 0 started, +3600s, 5 fast-forwarded, +1s, 6 rotated | 2 | 7 | false | 300
          """)
  void given_a_family_when_it_is_revoked_then_its_unexpired_access_tokens_are_named(
      String name, String steps, long first, long last, boolean isExact, long seconds) {
    new Scenario(store, clock, "").run(steps);
    Login one = login.asFamily("a");
    AccessTokens named = revoked(one);
    assertThat(named.ids()).containsAll(ids(one, first, last));
    assertThat(named.last()).isEqualTo(last);
    assertThat(named.expiresAt()).isEqualTo(inSeconds(seconds));
    assertThat(!isExact || named.ids().equals(ids(one, first, last))).isTrue();
  }

  @Test
  void given_a_login_or_none_when_the_lineage_continues_then_the_replaced_access_token_is_named() {
    Login recorded = login.asFamily("recorded");
    begin(recorded);
    assertThat(rotate(recorded, 0).replaced().ids())
        .containsExactly("onrtac:" + new TokenPosition("recorded", 0).accessTokenId(0));
    for (long generation = 0; generation <= 3; generation++) {
      AccessTokens replaced = rotate(login, generation).replaced();
      assertThat(replaced.ids()).isEqualTo(ids(generation, generation));
      assertThat(replaced.expiresAt()).isGreaterThanOrEqualTo(inSeconds(300));
    }
    assertThat(rotate(login, 9).replaced().ids()).isEqualTo(ids(9, 9));
    assertThat(rotate(login.asFamily("adopted"), 5).replaced().first()).isEqualTo(5);
  }

  @Test
  void given_replays_when_the_lineage_continues_then_their_access_tokens_are_replaced_as_well() {
    rotate(login, 0);
    long replay = present(login, 0, Policies.DEFAULT, Replayed.class).successor().replay();
    assertThat(rotate(login, 1).replaced().ids())
        .containsExactly("onrtrt:" + id(1, 0), "onrtrt:" + id(1, replay));
    assertThat(rotate(login, 2).replaced().ids()).isEqualTo(ids(2, 2));
  }

  @Test
  void
      given_a_login_before_the_policy_when_its_family_is_revoked_then_only_known_access_tokens_are_named() {
    for (long generation = 0; generation < 2; generation++) {
      rotate(generation, new AccessToken(inSeconds(300), "trrtrt", ""));
    }
    assertThat(revokedByReuse().ids()).containsExactly("trrtrt:" + id(1, 0), "trrtrt:" + id(2, 0));
  }

  @Test
  void
      given_a_long_running_family_when_it_is_revoked_then_all_unexpired_access_tokens_are_named_and_few_others() {
    for (int minutes = 6; minutes <= 40; minutes++) {
      Login one = login.asFamily("of " + minutes + " minutes");
      begin(one);
      for (long generation = 0; generation < minutes; generation++) {
        rotate(one, generation);
        advanceSeconds(60);
      }
      AccessTokens named = revoked(one);
      // Those of the last five minutes, which is their lifespan.
      assertThat(named.first()).isLessThanOrEqualTo(minutes - 4L);
      assertThat(named.last()).isEqualTo(minutes);
      assertThat(named.ids()).hasSizeLessThanOrEqualTo(2 * 6);
      assertThat(named.expiresAt()).isEqualTo(inSeconds(240));
    }
  }

  @Test
  void
      given_a_formerly_longer_lifespan_when_the_family_is_revoked_then_that_access_token_is_named() {
    rotate(0, new AccessToken(inSeconds(300), "onrtrt", "onrtac"));
    rotate(1, new AccessToken(inSeconds(3600), "onrtrt", "onrtac"));
    for (long generation = 2; generation < 60; generation++) {
      rotate(generation, new AccessToken(inSeconds(60), "onrtrt", "onrtac"));
      advanceSeconds(60);
    }
    AccessTokens named = revokedByReuse();
    assertNames(named, 2, 60);
    assertThat(named.expiresAt()).isGreaterThanOrEqualTo(inSeconds(3600 - 58 * 60));
  }

  /** RFC 7519, section 4.1.7: one id for one token. */
  @Test
  void
      given_replays_when_the_family_is_revoked_then_each_unexpired_one_is_named_once_and_few_others() {
    List<String> newest = new ArrayList<>();
    for (long generation = 0; generation < 30; generation++) {
      newest.clear();
      newest.add(id(login, rotate(login, generation).successor()));
      for (int replay = 0; replay < 3; replay++) {
        newest.add(
            id(login, present(login, generation, Policies.DEFAULT, Replayed.class).successor()));
      }
      advanceSeconds(60);
    }
    assertThat(newest).doesNotHaveDuplicates();
    assertThat(revoked(login).ids())
        .containsAll(newest)
        .doesNotHaveDuplicates()
        .hasSizeLessThanOrEqualTo(4 * 2 * 6);
  }

  /** Generations 4 to 7 were granted without the store. */
  @Test
  void
      given_a_reuse_in_an_outage_when_the_other_branch_is_presented_then_its_access_tokens_are_named() {
    rotate(login, 0, 2);
    revokedByReuse();
    assertNames(namedFor(7), 0, 7);
    assertNames(namedFor(1_000_000), 1_000_000 - 64, 1_000_000);
    assertThat(namedFor(1_000_000).ids()).hasSizeLessThanOrEqualTo(65);
    assertThat(namedFor(0).last()).isEqualTo(3);
  }

  private AccessTokens namedFor(long generation) {
    return present(login, generation, Policies.DEFAULT, Revoked.class).accessTokens().orElseThrow();
  }

  @Test
  void
      given_a_mismatch_after_an_outage_when_it_revokes_the_family_then_access_tokens_of_the_outage_are_named() {
    RotationPolicy policy = Policies.with("bind-to", "ip", "on-binding-mismatch", "revoke-family");
    for (long generation = 0; generation <= 2; generation++) {
      present(login, generation, policy, Rotated.class);
    }
    assertThat(present(login.from(Login.OTHER_IP), 7, policy, Mismatched.class).accessTokens())
        .get()
        .satisfies(named -> assertNames(named, 0, 7));
  }
}
