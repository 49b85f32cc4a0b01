package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.config.Setting;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Refused;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import dev.tokenguard.rotation.RotationPolicy.ContextMatch;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What happens to the families of a user, as a text of steps, and what must hold at each step.
 *
 * <pre>
 * 3 rotated                  the token of generation 3 is presented; the decision
 * 0 replayed(reused)         and what a policy only observes
 * 0 reused/older-generation  and why; also revoked/session, throttled/1000ms
 * b.0 started                of another family of the user
 * 0@ip                       from another address; @agent: by another user agent
 * 0&amp;ip                       by a token that says that it is bound to another address
 * 0~6s                       the request reached Keycloak six seconds ago
 * 0#two1?one1                attempt two1; of the earlier attempts only one1 got no answer; ?: none did
 * 0!                         where it must make no difference which attempts got an answer
 * 0^                         by a token whose session can no longer be active
 * 0_                         where no refresh token is issued
 * login  b.login@ip          a login is recorded
 * +5s  +1ms  -5s             time passes, or the clock is set back
 * with mode=observe          another policy applies from here on
 * </pre>
 *
 * <p>A refusal that revokes nothing, and a look-up, must leave all families as they were. A replay
 * must issue the very same refresh token, with an access token of its own.
 */
final class Scenario {

  private static final Pattern TIME = Pattern.compile("([+-]?)(\\d+)(ms|s)");
  private static final Pattern TOKEN = Pattern.compile("(?:(\\w+)\\.)?(\\d+|login)(\\S*)");
  private static final Pattern DETAIL = Pattern.compile("([@&~#?!^_])(\\w*)");
  private static final Pattern DECISION =
      Pattern.compile("([a-z-]+)(?:/([\\w-]+))?(?:\\(([a-z-]+)\\))?");
  private static final Map<String, RequestContext> CONTEXTS =
      Map.of("here", Login.HERE, "agent", Login.OTHER_AGENT, "ip", Login.OTHER_IP);

  private final FamilyStore store;
  private final TestClock clock;
  private final Login login;
  private final Map<String, SuccessorToken> newest = new HashMap<>();
  private final Map<String, RequestContext> bindings = new HashMap<>();
  private RotationPolicy policy;

  Scenario(FamilyStore store, TestClock clock, Login login, String policy) {
    this.store = store;
    this.clock = clock;
    this.login = login;
    this.policy = Policies.of(policy);
  }

  void run(String steps) {
    for (String step : steps.split(", *")) {
      try {
        run(step.split(" ", 2));
      } catch (AssertionError unexpected) {
        throw new AssertionError("at " + step + ": " + unexpected.getMessage(), unexpected);
      }
    }
  }

  private void run(String[] step) {
    Matcher token = TOKEN.matcher(step[0]);
    if (step[0].equals("with")) {
      policy = Policies.of(step[1]);
    } else if (TIME.matcher(step[0]).matches()) {
      clock.advance(duration(step[0]));
    } else if (token.matches()) {
      Login one = token.group(1) == null ? login : login.asFamily(token.group(1));
      if (token.group(2).equals("login")) {
        Login located = located(one, token.group(3));
        located.claim().ifPresent(it -> bindings.put(one.family(), it));
        assertThat(store.begin(located.begin(clock), policy)).isEmpty();
      } else {
        present(one, Long.parseLong(token.group(2)), token.group(3), step[1]);
      }
    } else {
      throw new IllegalArgumentException(step[0]);
    }
  }

  private static Duration duration(String text) {
    Matcher time = TIME.matcher(text);
    assertThat(time.matches()).isTrue();
    long amount = Long.parseLong(time.group(1).replace("+", "") + time.group(2));
    return time.group(3).equals("s") ? Duration.ofSeconds(amount) : Duration.ofMillis(amount);
  }

  private static Login located(Login one, String details) {
    Login located = one;
    for (Matcher detail = DETAIL.matcher(details); detail.find(); ) {
      if (detail.group(1).equals("@")) {
        located = located.from(CONTEXTS.get(detail.group(2)));
      } else if (detail.group(1).equals("&")) {
        located = located.boundTo(CONTEXTS.get(detail.group(2)));
      }
    }
    return located;
  }

  private void present(Login one, long generation, String details, String expected) {
    RotationRequest request = located(one, details).refresh(generation, clock);
    String attempt = Login.ATTEMPT.id();
    Duration age = Duration.ZERO;
    Predicate<String> wasUnanswered = it -> false;
    for (Matcher detail = DETAIL.matcher(details); detail.find(); ) {
      String value = detail.group(2);
      switch (detail.group(1)) {
        case "~" -> age = duration(value);
        case "#" -> attempt = value;
        case "?" -> wasUnanswered = it -> value.isEmpty() || value.equals(it);
        case "!" ->
            wasUnanswered =
                it -> {
                  throw new AssertionError("asked for " + it);
                };
        case "^" -> request = Login.usableUntil(request, clock.second() - 1);
        case "_" -> request = Login.withoutRefreshToken(request);
        default -> assertThat(detail.group(1)).isIn("@", "&");
      }
    }
    List<TokenFamily> before = families();
    AtomicInteger asked = new AtomicInteger();
    Predicate<String> answer = wasUnanswered;
    RefreshDecision decision =
        store.rotate(
            Login.attempted(request, attempt, age),
            policy,
            it -> asked.incrementAndGet() > 0 && answer.test(it));
    assertThat(asked).hasValueLessThanOrEqualTo(1);
    assertThat(textOf(decision, expected)).isEqualTo(expected);
    assertHolds(decision, request, before);
  }

  private List<TokenFamily> families() {
    return store.find(login.user()).stream().sorted(Comparator.comparing(TokenFamily::id)).toList();
  }

  /** With as much detail as is expected. */
  private static String textOf(RefreshDecision decision, String expected) {
    Matcher form = DECISION.matcher(expected);
    assertThat(form.matches()).as(expected).isTrue();
    String detail = form.group(2) == null ? "" : "/" + detailOf(decision);
    return decision.outcome().id()
        + detail
        + decision.observed().map(it -> "(" + it.id() + ")").orElse("");
  }

  private static String detailOf(RefreshDecision decision) {
    if (decision instanceof Reused reused) {
      return Setting.id(reused.why());
    }
    if (decision instanceof Revoked revoked) {
      return Setting.id(revoked.scope());
    }
    return decision instanceof Throttled throttled ? throttled.retryAfter().toMillis() + "ms" : "";
  }

  private void assertHolds(
      RefreshDecision decision, RotationRequest request, List<TokenFamily> before) {
    String family = request.presented().family();
    SuccessorToken known = newest.get(family);
    if (decision instanceof Rotated rotated) {
      SuccessorToken child = rotated.child();
      assertThat(child.generation()).isEqualTo(request.presented().generation() + 1);
      assertThat(child.issuedAt()).isEqualTo(clock.second());
      assertThat(child.expiresAt()).isEqualTo(request.child().expiresAt());
      assertThat(child.replay()).isZero();
      if (policy.bindTo() != ContextMatch.NONE) {
        bindings.putIfAbsent(family, request.binding().orElse(request.context()));
      }
      request.binding().ifPresent(it -> bindings.putIfAbsent(family, it));
      assertThat(child.binding()).isEqualTo(Optional.ofNullable(bindings.get(family)));
      newest.put(family, child);
    } else if (decision instanceof Replayed replayed) {
      assertThat(Children.again(replayed.child(), 0)).isEqualTo(Children.again(known, 0));
      assertThat(replayed.child().replay()).isGreaterThan(known.replay());
      newest.put(family, Children.again(known, replayed.child().replay()));
    } else if (decision instanceof Reused
        || decision instanceof Mismatched mismatched && mismatched.accessTokens().isPresent()) {
      assertThat(families())
          .filteredOn(it -> it.id().equals(family))
          .singleElement()
          .matches(TokenFamily::isRevoked);
    } else {
      assertThat(families()).isEqualTo(before);
    }
    if (decision instanceof Refused refused && refused.newest().isPresent() && known != null) {
      assertThat(refused.newest()).hasValue(known.generation());
    }
  }
}
