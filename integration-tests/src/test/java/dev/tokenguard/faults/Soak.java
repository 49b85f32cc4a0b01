package dev.tokenguard.faults;

import dev.tokenguard.faults.Population.Group;
import dev.tokenguard.faults.SoakReport.Sample;
import dev.tokenguard.testbed.process.Commands;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * A long time without a fault. Honest clients, some that log out, and some thieves come and go at
 * one Keycloak, so the data in Redis and in the heap must not grow.
 *
 * @param warmUp before the memory is read: longer than the first families live
 * @param time after that
 * @param families that are active at a time
 */
public record Soak(Duration warmUp, Duration time, int families, Consumer<String> progress) {

  private static final int SAMPLES = 20;

  /** Of each kind. */
  private static final int VIOLATIONS_SHOWN = 10;

  public SoakReport run() {
    progress.accept("Keycloak and Redis for the soak: build and start, about a minute");
    try (OneRedis servers = new OneRedis();
        RedisClient redis = servers.client()) {
      Population population = new Population(servers.realm(), families, new Random());
      progress.accept(families + " families are logged in; warming up");
      population.start();
      LockSupport.parkNanos(warmUp.toNanos());
      Memory memory = new Memory(redis, servers.keycloak().pid());
      List<Sample> samples = watch(memory, population);
      progress.accept("Settling");
      population.settle();
      return report(population, samples);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Sample> watch(Memory memory, Population population) {
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
    Group honest = population.honest;
    List<String> falseAlarms = honest.ledger.violations();
    List<String> escapes =
        Stream.of(population.leaving, population.thieves)
            .flatMap(group -> group.ledger.violations().stream())
            .toList();
    return new SoakReport(
        population.groups().mapToLong(group -> group.ledger.size()).sum(),
        population.groups().mapToLong(group -> group.ledger.count(503)).sum(),
        honest.families.get(),
        honest.ledger.count(400) + honest.ledger.count(401),
        falseAlarms.size(),
        population.leaving.families.get(),
        population.thieves.families.get(),
        escapes.size(),
        Stream.of(falseAlarms, escapes)
            .flatMap(violations -> violations.stream().limit(VIOLATIONS_SHOWN))
            .toList(),
        samples);
  }

  /** The memory of Redis and of Keycloak. */
  private record Memory(RedisClient redis, long keycloak) {

    private static final Pattern USED_BY_REDIS = Pattern.compile("used_memory:(\\d+)");
    private static final Pattern ALIVE_IN_HEAP = Pattern.compile("Total +\\d+ +(\\d+)");
    private static final String INCIDENTS = "tg:incidents:";
    private static final int ALL_PARTS = 0;

    private Sample sample(long second) {
      Set<String> keys = keys();
      long log = keys.stream().filter(Memory::isLog).mapToLong(this::bytesOf).sum();
      keys.removeIf(Memory::isLog);
      long state = keys.stream().mapToLong(this::bytesOf).sum();
      long redisBytes = number(USED_BY_REDIS, redis.info("memory")) - log;
      // A full collection counts what is alive.
      long heap = number(ALIVE_IN_HEAP, Commands.jcmd(keycloak, "GC.class_histogram"));
      return new Sample(second, redisBytes, state, keys.size(), heap);
    }

    private static boolean isLog(String key) {
      return key.startsWith(INCIDENTS);
    }

    private Set<String> keys() {
      Set<String> keys = new HashSet<>();
      String cursor = ScanParams.SCAN_POINTER_START;
      do {
        ScanResult<String> page = redis.scan(cursor, new ScanParams().count(1_000));
        keys.addAll(page.getResult());
        cursor = page.getCursor();
      } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
      return keys;
    }

    /** 0 for a key that has expired meanwhile. */
    private long bytesOf(String key) {
      return Objects.requireNonNullElse(redis.memoryUsage(key, ALL_PARTS), 0L);
    }

    private static long number(Pattern pattern, String text) {
      Matcher matcher = pattern.matcher(text);
      if (!matcher.find()) {
        throw new IllegalStateException("no " + pattern + " in " + text);
      }
      return Long.parseLong(matcher.group(1));
    }
  }
}
