package dev.tokenguard.keycloak.refresh;

import io.quarkus.runtime.ExecutorRecorder;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.keycloak.models.KeycloakSession;

/**
 * How long a request has been at this node. A node under load lets requests wait for a worker
 * thread; that time is not the client's, so the grace period does not count it. The time in which
 * the client sends its request does count: who sends slowly gains nothing.
 *
 * <p>The filter runs in the event loop, before the request waits. It queues a probe before the
 * request, so the probe runs when a worker is free for it. A header refers to both; the filter sets
 * it on every token request, so a client cannot choose it. Quarkus finds this bean because of
 * {@code META-INF/beans.xml}.
 */
@ApplicationScoped
public class RequestArrival {

  /** A request that waited longer is no reason to accept an older token. */
  static final Duration LONGEST = Duration.ofSeconds(30);

  private static final String HEADER = "Token-Guard-Request";
  private static final String TOKEN_ENDPOINT = "/protocol/openid-connect/token";

  /** Before the filters of Quarkus, the highest of which has 300. */
  private static final int FIRST = 100_000;

  /** Of requests at work, by the value of the header. */
  private static final Map<String, Stay> STAYS = new ConcurrentHashMap<>();

  void register(@Observes Filters filters) {
    filters.register(RequestArrival::note, FIRST);
  }

  private static void note(RoutingContext request) {
    if (isTokenRequest(request)) {
      String id = UUID.randomUUID().toString();
      request.request().headers().set(HEADER, id);
      Stay stay = new Stay(System.nanoTime());
      try {
        ExecutorRecorder.getCurrent().execute(stay::workerIsFree);
        request.request().end().onComplete(end -> stay.isReceived());
        STAYS.put(id, stay);
        request.addEndHandler(answered -> STAYS.remove(id));
      } catch (RejectedExecutionException tooMany) {
        // The request itself will be rejected, too.
      }
    }
    request.next();
  }

  private static boolean isTokenRequest(RoutingContext request) {
    return HttpMethod.POST.equals(request.request().method())
        && request.request().path().endsWith(TOKEN_ENDPOINT);
  }

  /** Zero where it is not known. */
  static Duration age(KeycloakSession session) {
    String id = session.getContext().getRequestHeaders().getHeaderString(HEADER);
    Stay stay = id == null ? null : STAYS.get(id);
    return stay == null ? Duration.ZERO : stay.until(System.nanoTime());
  }

  /** All times by the monotonic clock, whose values may have any sign. */
  static final class Stay {
    private final long arrived;
    private volatile OptionalLong free = OptionalLong.empty();
    private volatile OptionalLong received = OptionalLong.empty();

    Stay(long arrived) {
      this.arrived = arrived;
    }

    private void workerIsFree() {
      workerIsFree(System.nanoTime());
    }

    private void isReceived() {
      isReceived(System.nanoTime());
    }

    void workerIsFree(long now) {
      free = OptionalLong.of(now);
    }

    void isReceived(long now) {
      received = OptionalLong.of(now);
    }

    /** The wait for a worker, and the work since the request was there. */
    Duration until(long now) {
      if (free.isEmpty() || received.isEmpty()) {
        return Duration.ZERO;
      }
      long waited = Math.max(0, free.getAsLong() - arrived);
      long worked = Math.max(0, Math.min(now - free.getAsLong(), now - received.getAsLong()));
      return Duration.ofNanos(Math.min(waited + worked, LONGEST.toNanos()));
    }
  }
}
