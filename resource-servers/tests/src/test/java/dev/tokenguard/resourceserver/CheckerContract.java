package dev.tokenguard.resourceserver;

import static dev.tokenguard.resourceserver.ResourceServerContract.assertAccepted;
import static dev.tokenguard.resourceserver.ResourceServerContract.assertInvalid;
import static dev.tokenguard.resourceserver.ResourceServerContract.assertRevoked;
import static dev.tokenguard.resourceserver.ResourceServerContract.assertUnavailable;
import static dev.tokenguard.resourceserver.ResourceServerContract.awaitStatus;
import static dev.tokenguard.resourceserver.ResourceServerContract.claims;
import static dev.tokenguard.resourceserver.ResourceServerContract.login;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.server.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a checker decides by its settings and by the entries in Redis. Two integrations with the
 * same checker need not both test it.
 */
public interface CheckerContract {

  Duration CACHE_TTL = Duration.ofSeconds(2);
  List<String> MALFORMED_TIMES = List.of("", "tomorrow", "99999999999999999999", "-1", "1.5");

  /** The example with changed environment variables. */
  ExampleServer api(String... changes);

  boolean hasCache();

  /** The keys of a token in Redis, and the claim that each of them has. */
  enum Entry {
    AT("jti"),
    SID("sid"),
    SUB("sub");

    private final String claim;

    Entry(String claim) {
      this.claim = claim;
    }

    String key(Answer login) {
      return "tg:" + name().toLowerCase(Locale.ROOT) + ":" + claims(login).path(claim).asText();
    }
  }

  /** Each of these is a value that Token Guard never writes. */
  @ParameterizedTest
  @EnumSource
  default void given_a_malformed_entry_then_the_token_is_not_accepted(Entry entry) {
    for (String malformed : entry == Entry.AT ? List.of("") : MALFORMED_TIMES) {
      Answer login = login();
      Stack.shared().redis().set(entry.key(login), malformed);
      assertRevoked(api().get(login.accessToken()));
    }
    Answer login = login();
    Stack.shared().redis().rpush(entry.key(login), "an entry of another type");
    assertThat(api().get(login.accessToken()).statusCode()).isIn(401, 503);
  }

  @Test
  default void
      given_the_choice_to_accept_and_an_outage_then_200_and_an_invalid_token_is_still_refused() {
    ExampleServer api = api("WHEN_UNAVAILABLE", "accept");
    Answer login = login();
    Answer revoked = login();
    Stack.shared().client().logout(revoked.refreshToken()).orFail();
    assertAccepted(api.get(login.accessToken()));
    assertRevoked(api.get(revoked.accessToken()));

    api.during(
        TcpProxy::reset,
        () -> {
          assertAccepted(api.get(login.accessToken()));
          assertInvalid(api.get("garbage"));
        });
    awaitStatus(401, api, revoked);
  }

  @Test
  default void
      given_a_cache_then_a_revocation_is_noticed_within_its_time_and_kept_during_an_outage() {
    assumeTrue(hasCache(), "This integration has no cache");
    ExampleServer api = api("CACHE_TTL", Long.toString(CACHE_TTL.toMillis()));
    Answer login = login();
    Answer unseen = login();
    assertAccepted(api.get(login.accessToken()));
    Stack.shared().client().logout(login.refreshToken()).orFail();

    awaitStatus(401, api, login);

    api.during(
        TcpProxy::reset,
        () -> {
          assertRevoked(api.get(login.accessToken()));
          assertUnavailable(api.get(unseen.accessToken()));
        });
  }
}
