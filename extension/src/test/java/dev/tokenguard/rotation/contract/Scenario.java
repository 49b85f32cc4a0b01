package dev.tokenguard.rotation.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Kept;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Refused;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationRequest.Attempt;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Events of the families of a user, as a text of steps, each with its expected result.
 *
 * <pre>
 * 3 rotated                  the token of generation 3 of family a is presented; the decision
 * 0 replayed(reused)         and the refusal that is only observed
 * 0 reused/older-generation  and the reason; also revoked/session, throttled/1000ms
 * b.0 started                the token of another family
 * login  b.login@ip          a login is recorded; its family revokes none
 * c.login revokes a b        and revokes families
 * b:offline:other-client.0   the first step of a family names what differs: its user, client, session
 * 0@ip                       from another address; @agent: by another user agent
 * 0&amp;ip                       by a token with a claim that binds it to another address
 * 0~6s                       the request has reached Keycloak six seconds ago
 * 0#two1?one1                attempt two1; of the earlier attempts only one1 got no response; ?: none did
 * 0!                         the store must not ask which attempts got a response
 * 0^                         by a token whose session can no longer be active; ^0s: from now on
 * 0=60s                      by a token that was issued 60 seconds ago
 * 0_                         no refresh token is issued
 * 0*  0%                     the token has a key, and the request proves it, or does not
 * revoke session             a revocation; also online, offline, other-session, client-session, client, user
 * revoke families b c names c  families by their ids; whose access tokens the store names
 * found a! b                 the recorded families; !: revoked
 * 100 logins                 so many logins of other families
 * +5s  +1ms  -5s             time passes, or the clock is set back
 * with mode=observe          another policy applies from here on
 * </pre>
 *
 * <p>A refusal that revokes nothing, a lookup, and a login that is recorded already leave all
 * families unchanged. A replay issues the same refresh token, with another access token.
 */
final class Scenario {

  private static final Pattern TIME = Pattern.compile("([+-]?)(\\d+)(ms|s)");
  private static final Pattern TOKEN = Pattern.compile("(?:([\\w:-]+)\\.)?(\\d+|login)(\\S*)");
  private static final Pattern DETAIL = Pattern.compile("([@&~#?!^_=*%])(\\w*)");
  private static final Map<String, RequestContext> CONTEXTS =
      Map.of("here", Login.HERE, "agent", Login.OTHER_AGENT, "ip", Login.OTHER_IP);

  private final FamilyStore store;
  private final TestClock clock;
  private final Login login;
  private final Map<String, Login> logins = new HashMap<>();

  /** By family: the token that was issued last, from the recorded login on. */
  private final Map<String, SuccessorToken> newest = new HashMap<>();

  private RotationPolicy policy;
  private int others;

  Scenario(FamilyStore store, TestClock clock, String policy) {
    this.store = store;
    this.clock = clock;
    this.login = Login.at(clock).asFamily("a");
    this.policy = Policies.of(policy);
  }

  void run(String steps) {
    for (String step : steps.split(", *")) {
      try {
        run(step.split(" ", 2)[0], step.contains(" ") ? step.split(" ", 2)[1] : "");
      } catch (AssertionError unexpected) {
        throw new AssertionError("at " + step + ": " + unexpected.getMessage(), unexpected);
      }
    }
  }

  private void run(String step, String rest) {
    Matcher token = TOKEN.matcher(step);
    if (step.equals("with")) {
      policy = Policies.of(rest);
    } else if (step.equals("revoke")) {
      String[] parts = rest.split(" names ");
      long now = clock.second();
      assertThat(store.revoke(new Revocation(target(parts[0]), now, now + Login.RETENTION)))
          .extracting(AccessTokens::family)
          .containsExactlyInAnyOrder(words(parts.length > 1 ? parts[1] : ""));
    } else if (step.equals("found")) {
      assertThat(families().stream().map(it -> it.id() + (it.isRevoked() ? "!" : "")))
          .containsExactly(words(rest));
    } else if (rest.equals("logins")) {
      // So many that the store removes the records that it need not keep.
      for (int done = 0; done < Integer.parseInt(step); done++) {
        store.begin(login.asFamily("login " + ++others).begin(clock), policy);
      }
    } else if (TIME.matcher(step).matches()) {
      clock.advance(duration(step));
    } else if (token.matches()) {
      Login family = family(Optional.ofNullable(token.group(1)).orElse("a"));
      if (token.group(2).equals("login")) {
        logIn(detailed(family.begin(clock), token.group(3)), rest.replace("revokes", ""));
      } else {
        long generation = Long.parseLong(token.group(2));
        present(detailed(family.refresh(generation, clock), token.group(3)), token.group(3), rest);
      }
    } else {
      throw new IllegalArgumentException(step);
    }
  }

  private static String[] words(String text) {
    return Stream.of(text.split(" ")).filter(it -> !it.isEmpty()).toArray(String[]::new);
  }

  private static Duration duration(String text) {
    Matcher time = TIME.matcher(text);
    assertThat(time.matches()).isTrue();
    long amount = Long.parseLong(time.group(1).replace("+", "") + time.group(2));
    return time.group(3).equals("s") ? Duration.ofSeconds(amount) : Duration.ofMillis(amount);
  }

  private List<TokenFamily> families() {
    return store.find(login.user()).stream().sorted(Comparator.comparing(TokenFamily::id)).toList();
  }

  /** The first step of a family defines it: its name, and what differs from family a. */
  private Login family(String text) {
    String[] parts = text.split(":");
    return logins.computeIfAbsent(
        parts[0],
        name ->
            Stream.of(parts)
                .skip(1)
                .reduce(login.asFamily(name), this::differing, (one, other) -> other));
  }

  private Login differing(Login family, String difference) {
    return switch (difference) {
      case "offline" -> family.offline();
      case "other-user" -> family.ofUser("other user");
      case "other-client" -> family.atClient("other client", login.started());
      case "other-session" -> family.inSession("other session", clock.second());
      case "later" -> family.inSession(login.session(), clock.second());
      case "rejoined" -> family.atClient(login.client(), clock.second());
      default -> throw new IllegalArgumentException(difference);
    };
  }

  private RotationRequest detailed(RotationRequest plain, String details) {
    RotationRequest request = plain;
    for (Matcher detail = DETAIL.matcher(details); detail.find(); ) {
      String value = detail.group(2);
      Attempt attempt = request.attempt();
      request =
          switch (detail.group(1)) {
            case "@" -> Login.with(request, "context", CONTEXTS.get(value));
            case "&" -> Login.with(request, "binding", Optional.of(CONTEXTS.get(value)));
            case "~" -> Login.attempted(request, attempt.id(), duration(value));
            case "#" -> Login.attempted(request, value, attempt.age());
            case "^" -> Login.usableUntil(request, clock.second() - (value.isEmpty() ? 1 : 0));
            case "=" -> Login.issuedAt(request, clock.second() - duration(value).toSeconds());
            case "_" -> Login.withoutRefreshToken(request);
            case "*" -> Login.proving(request, KeyProof.PROVEN);
            case "%" -> Login.proving(request, KeyProof.MISSING);
            default -> request;
          };
    }
    return request;
  }

  private static boolean isUnacknowledged(String details, String attempt) {
    assertThat(details).as("asked for " + attempt).doesNotContain("!");
    return details.endsWith("?") || details.contains("?" + attempt);
  }

  /** A millisecond passes, so that the store can tell which login was first. */
  private void logIn(RotationRequest request, String revoked) {
    List<TokenFamily> before = families();
    String family = request.presented().family();
    assertThat(store.begin(request, policy))
        .extracting(AccessTokens::family)
        .containsExactlyInAnyOrder(words(revoked));
    if (before.stream().anyMatch(it -> it.id().equals(family) && it.created().isPresent())) {
      assertThat(families()).isEqualTo(before);
    }
    newest.putIfAbsent(family, new SuccessorToken(0, 0, 0, 0, request.binding()));
    clock.advance(Duration.ofMillis(1));
  }

  private RevocationTarget target(String text) {
    String[] words = text.split(" ");
    List<String> ids = List.of(words).subList(1, words.length);
    String user = login.user();
    ClientSession clientSession = new ClientSession(login.session(), login.client());
    return switch (words[0]) {
      case "families" -> new Families(user, ids);
      case "session" -> Sessions.of(user, login.session(), SessionKind.BOTH);
      case "online" -> Sessions.of(user, login.session(), SessionKind.ONLINE);
      case "offline" -> Sessions.of(user, login.session(), SessionKind.OFFLINE);
      case "other-session" -> Sessions.of(user, "other session", SessionKind.BOTH);
      case "client-session" -> new ClientSessions(user, List.of(clientSession), ids);
      case "client" -> new Client(user, login.client(), List.of());
      case "user" -> new User(user);
      default -> throw new IllegalArgumentException(text);
    };
  }

  private void present(RotationRequest request, String details, String expected) {
    List<TokenFamily> before = families();
    AtomicInteger asked = new AtomicInteger();
    RefreshDecision decision =
        store.rotate(
            request, policy, it -> asked.incrementAndGet() > 0 && isUnacknowledged(details, it));
    assertThat(asked).hasValueLessThanOrEqualTo(1);
    String outcome = decision.outcome().id();
    String observed = decision.observed().map(it -> "(" + it.id() + ")").orElse("");
    // With as much detail as is expected.
    assertThat(expected).isIn(outcome + observed, outcome + "/" + detailOf(decision) + observed);
    assertHolds(decision, request, before);
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
    Optional<SuccessorToken> known = Optional.ofNullable(newest.get(family));
    long generation = request.presented().generation();
    decision.issued().ifPresent(it -> newest.put(family, it));
    if (decision instanceof Rotated rotated) {
      Optional<RequestContext> context =
          Optional.of(request.context()).filter(it -> policy.bindTo().comparesRequests());
      Optional<RequestContext> binding =
          known.flatMap(SuccessorToken::binding).or(request::binding).or(() -> context);
      long expiresAt = request.successor().expiresAt();
      assertThat(rotated.successor())
          .isEqualTo(new SuccessorToken(generation + 1, clock.second(), expiresAt, 0, binding));
    } else if (decision instanceof Replayed replayed) {
      assertThat(replayed.successor().replay()).isGreaterThan(known.orElseThrow().replay());
      assertThat(replayed.successor())
          .usingRecursiveComparison()
          .ignoringFields("replay")
          .isEqualTo(known.get());
    } else if (decision instanceof Kept kept && kept.same().isPresent()) {
      assertThat(kept.same().get().generation()).isEqualTo(generation);
      assertThat(kept.same().get().replay())
          .isGreaterThan(known.map(SuccessorToken::replay).orElse(0L));
    } else if (decision instanceof Reused
        || decision instanceof Mismatched mismatched && mismatched.accessTokens().isPresent()) {
      assertThat(families())
          .filteredOn(it -> it.id().equals(family))
          .singleElement()
          .matches(TokenFamily::isRevoked);
    } else {
      assertThat(families()).isEqualTo(before);
    }
    if (decision instanceof Refused refused && refused.newest().isPresent() && known.isPresent()) {
      assertThat(refused.newest()).hasValue(known.get().generation());
    }
  }
}
