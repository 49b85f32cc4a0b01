package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.keycloak.models.KeycloakSession;

/**
 * The terminations of one request, executed after the commit of its transaction: first those of the
 * request's events, then the sessions that Keycloak has removed, unless the former cover them.
 */
public final class RequestTerminations {

  private static final String ATTRIBUTE = "token-guard.terminations";
  private static final String IGNORED = "token-guard.terminations.ignored";

  private final List<Step> named = new ArrayList<>();
  private final List<Step> removed = new ArrayList<>();
  private final List<Runnable> notifications = new ArrayList<>();

  private record Step(SessionTerminator terminator, RevocationTarget target) {}

  private RequestTerminations() {}

  /**
   * The terminations of a request; enlists them in its transaction on the first call.
   *
   * @throws IllegalStateException if they are not enlisted and the commit has begun
   */
  static RequestTerminations of(KeycloakSession session) {
    RequestTerminations existing = session.getAttribute(ATTRIBUTE, RequestTerminations.class);
    if (existing != null) {
      return existing;
    }
    RequestTerminations created = new RequestTerminations();
    Transactions.afterCommit(session, created::carryOut);
    session.setAttribute(ATTRIBUTE, created);
    return created;
  }

  /** Ignores the removals of a Keycloak session whose caller terminates them itself. */
  public static void ignore(KeycloakSession session) {
    session.setAttribute(IGNORED, true);
  }

  static boolean isIgnored(KeycloakSession session) {
    return session.getAttribute(IGNORED) != null;
  }

  void add(SessionTerminator terminator, RevocationTarget target) {
    if (named.stream().noneMatch(it -> it.target().covers(target))) {
      named.add(new Step(terminator, target));
    }
  }

  void addRemoved(SessionTerminator terminator, RevocationTarget target) {
    removed.add(new Step(terminator, target));
  }

  /** Runs a notification after all revocations of the request. */
  void notifyAfterwards(Runnable notification) {
    notifications.add(notification);
  }

  private void carryOut() {
    terminate();
    notifications.forEach(Runnable::run);
  }

  private void terminate() {
    List<RevocationTarget> done = new ArrayList<>();
    for (Step step : named) {
      step.terminator().now(step.target());
      done.add(step.target());
    }
    // The wider scopes first, because sessions cover their client sessions.
    List<Step> rest = new ArrayList<>(removed);
    rest.sort(Comparator.<Step, RevocationScope>comparing(it -> it.target().scope()).reversed());
    for (Step step : rest) {
      if (done.stream().noneMatch(it -> it.covers(step.target()))) {
        step.terminator().now(step.target());
        done.add(step.target());
      }
    }
  }
}
