package dev.tokenguard.keycloak.refresh;

import io.quarkus.runtime.ExecutorRecorder;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.CDI;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;

/**
 * Measures how long a request has been at this node. Under load, requests wait for a worker thread,
 * which the client cannot influence; the grace period does not include that time. It does include
 * the time in which the client sends the request, so a slow client gains nothing.
 *
 * <p>The filter runs in the event loop, before the wait. It queues a probe before the request,
 * which runs when a worker is free. Quarkus finds this bean because of {@code META-INF/beans.xml}.
 */
@ApplicationScoped
public class RequestArrival {

  /** A longer wait is cut, so that it does not extend the grace period without a bound. */
  static final Duration LONGEST = Duration.ofSeconds(30);

  private static final String TOKEN_ENDPOINT = "/protocol/openid-connect/token";

  /** Before the filters of Quarkus, the highest of which has 300. */
  private static final int FIRST = 100_000;

  /** The name of the {@link Stay} in the data of the request. */
  private static final String STAY = Stay.class.getName();

  void register(@Observes Filters filters) {
    filters.register(RequestArrival::note, FIRST);
  }

  private static void note(RoutingContext request) {
    if (isTokenRequest(request)) {
      Stay stay = new Stay(System.nanoTime());
      try {
        ExecutorRecorder.getCurrent().execute(stay::workerIsFree);
        request.request().end().onComplete(end -> stay.isReceived());
        request.put(STAY, stay);
      } catch (RejectedExecutionException tooMany) {
        // Quarkus rejects the request, too.
      }
    }
    request.next();
  }

  private static boolean isTokenRequest(RoutingContext request) {
    return HttpMethod.POST.equals(request.request().method())
        && request.request().path().endsWith(TOKEN_ENDPOINT);
  }

  /** The time since the arrival of the current request; zero if unknown. */
  static Duration age() {
    RoutingContext request = CDI.current().select(CurrentVertxRequest.class).get().getCurrent();
    Stay stay = request == null ? null : request.get(STAY);
    return stay == null ? Duration.ZERO : stay.until(System.nanoTime());
  }

  /** The times of one request, by the monotonic clock, whose values can be negative. */
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

    /** The wait for a worker, plus the time since the request was received. */
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
