package dev.tokenguard.faults;

import dev.tokenguard.faults.SoakReport.Sample;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A long time without any fault. Honest clients, some who log out, and some thieves come and go at
 * one Keycloak, so that what Redis holds must come and go with them.
 */
public final class Soak {

  private static final int SAMPLES = 20;

  /** Of each kind. */
  private static final int COMPLAINTS_SHOWN = 10;

  private final Duration warmUp;
  private final Duration time;
  private final int families;
  private final Consumer<String> progress;

  /**
   * @param warmUp before the memory is looked at: long enough for the first families to be
   *     forgotten
   * @param time after that
   * @param families that are alive at a time
   */
  public Soak(Duration warmUp, Duration time, int families, Consumer<String> progress) {
    this.warmUp = warmUp;
    this.time = time;
    this.families = families;
    this.progress = progress;
  }

  public SoakReport run() {
    progress.accept("Keycloak and Redis for the soak: build and start, about a minute");
    try (OneRedis servers = new OneRedis();
        MemoryProbe memory = new MemoryProbe(servers)) {
      Population population =
          new Population(servers.lab(), families, new Random(System.nanoTime()));
      progress.accept(families + " families are logged in; warming up");
      population.start();
      LockSupport.parkNanos(warmUp.toNanos());
      List<Sample> samples = watch(memory, population);
      progress.accept("Settling");
      population.settle();
      return report(population, samples);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Sample> watch(MemoryProbe memory, Population population) {
    List<Sample> samples = new ArrayList<>();
    long begin = System.nanoTime();
    for (int number = 1; number <= SAMPLES; number++) {
      long due = begin + time.toNanos() * number / SAMPLES;
      LockSupport.parkNanos(due - System.nanoTime());
      Sample sample = memory.sample(Duration.ofNanos(System.nanoTime() - begin).toSeconds());
      samples.add(sample);
      progress.accept(
          String.format(
              Locale.ROOT,
              "soak %d/%d: %s; Redis %.2f MB, of which %d keys %.0f kB; heap %.1f MB",
              number,
              SAMPLES,
              population,
              sample.redisBytes() / 1e6,
              sample.keys(),
              sample.stateBytes() / 1e3,
              sample.heapBytes() / 1e6));
    }
    return samples;
  }

  private static SoakReport report(Population population, List<Sample> samples) {
    Group honest = population.honest();
    Group leavers = population.leavers();
    Group thieves = population.thieves();
    List<String> escapes =
        Stream.of(leavers, thieves).flatMap(group -> group.violations().stream()).toList();
    return new SoakReport(
        population.groups().mapToLong(Group::answers).sum(),
        population.groups().mapToLong(Group::postponed).sum(),
        honest.begun(),
        honest.refused(),
        honest.violations().size(),
        leavers.begun(),
        thieves.begun(),
        escapes.size(),
        Stream.of(honest.violations(), escapes)
            .flatMap(complaints -> complaints.stream().limit(COMPLAINTS_SHOWN))
            .toList(),
        samples);
  }
}
