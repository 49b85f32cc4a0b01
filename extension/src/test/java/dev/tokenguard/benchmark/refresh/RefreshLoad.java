package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.benchmark.refresh.Deployment.BenchmarkRealm;
import dev.tokenguard.benchmark.refresh.RefreshReport.Figure;
import dev.tokenguard.benchmark.support.BenchmarkFailure;
import dev.tokenguard.benchmark.support.Latencies;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Chains that refresh at the same time, each as soon as it has its answer. */
public final class RefreshLoad {

  private final List<RefreshChain> chains;

  /**
   * @param chains logged in
   */
  public RefreshLoad(List<RefreshChain> chains) {
    this.chains = chains;
  }

  /** Refreshes for this time, and returns how often. */
  public int refreshFor(Duration duration) {
    return run(Duration.ZERO, duration, () -> {}).count();
  }

  /**
   * Refreshes for the time of both durations, and times what is answered in the second.
   *
   * @param settle gives caches that a switch has emptied the time to fill
   * @param atEdges called when the second begins and when it ends
   */
  public Latencies run(Duration settle, Duration timed, Runnable atEdges) {
    ExecutorService threads = Executors.newFixedThreadPool(chains.size());
    try {
      long begin = System.nanoTime() + settle.toNanos();
      long end = begin + timed.toNanos();
      List<Future<Latencies>> running = new ArrayList<>();
      for (RefreshChain chain : chains) {
        running.add(threads.submit(refreshing(chain, begin, end)));
      }
      sleepUntil(begin);
      atEdges.run();
      sleepUntil(end);
      atEdges.run();
      Latencies latencies = new Latencies();
      for (Future<Latencies> each : running) {
        latencies.addAll(each.get());
      }
      return latencies;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("Interrupted", e);
    } catch (ExecutionException e) {
      throw new BenchmarkFailure(e.getCause().getMessage(), e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private static Callable<Latencies> refreshing(RefreshChain chain, long begin, long end) {
    return () -> {
      Latencies latencies = new Latencies();
      long asked = System.nanoTime();
      while (asked < end) {
        chain.refresh();
        long answered = System.nanoTime();
        if (answered >= begin && answered < end) {
          latencies.add(answered - asked);
        }
        asked = answered;
      }
      return latencies;
    };
  }

  private static void sleepUntil(long nanoTime) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(nanoTime - System.nanoTime());
  }

  /** One user at one app: logs in once, then refreshes with the token that it was given last. */
  public static final class RefreshChain {

    private final OidcClient app;
    private final String scope;
    private final String user;
    private String token = "";

    public RefreshChain(OidcClient app, String scope, String user) {
      this.app = app;
      this.scope = scope;
      this.user = user;
    }

    public void logIn() {
      token = app.loginFor(scope, user, BenchmarkRealm.PASSWORD).orFail().refreshToken();
    }

    public void refresh() {
      Answer answer = app.refresh(token);
      if (!answer.isOk()) {
        throw new BenchmarkFailure(
            "A refresh was refused with " + answer.status() + ": " + answer.body());
      }
      token = answer.refreshToken();
    }
  }

  /** The CPU that processes use, user and kernel, by the figure it counts for. */
  public static final class CpuMeter {

    private final Map<Figure, List<Long>> pids = new EnumMap<>(Figure.class);
    private Map<Figure, Duration> before = Map.of();
    private Map<Figure, Duration> last = Map.of();

    /**
     * @param keycloak all nodes
     */
    public CpuMeter(List<Long> keycloak, long redis) {
      pids.put(Figure.KEYCLOAK_CPU, keycloak);
      pids.put(Figure.REDIS_CPU, List.of(redis));
      pids.put(Figure.LOAD_CPU, List.of(ProcessHandle.current().pid()));
    }

    public void read() {
      before = last;
      last = new EnumMap<>(Figure.class);
      pids.forEach(
          (figure, processes) ->
              last.put(
                  figure,
                  processes.stream().map(CpuMeter::usedBy).reduce(Duration.ZERO, Duration::plus)));
    }

    /** What was used between the last two readings. */
    public Map<Figure, Duration> used() {
      Map<Figure, Duration> used = new EnumMap<>(Figure.class);
      last.forEach((figure, cpu) -> used.put(figure, cpu.minus(before.get(figure))));
      return used;
    }

    private static Duration usedBy(long pid) {
      return ProcessHandle.of(pid)
          .flatMap(process -> process.info().totalCpuDuration())
          .orElseThrow(
              () ->
                  new BenchmarkFailure(
                      "This system does not report the CPU time of process " + pid));
    }
  }
}
