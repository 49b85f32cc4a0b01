package dev.tokenguard.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.tokenguard.faults.SoakReport;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All that a run has found out. */
record Results(
    Machine machine,
    BenchmarkOptions options,
    Optional<RefreshReport> refresh,
    Optional<StoreReport> store,
    Optional<ClusterReport> cluster,
    Optional<SoakReport> soak) {

  List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    refresh.map(Target::of).ifPresent(targets::addAll);
    store.map(Target::of).ifPresent(targets::addAll);
    cluster.map(Target::of).ifPresent(targets::addAll);
    soak.map(Target::of).ifPresent(targets::addAll);
    return targets;
  }

  /** What was measured with what. */
  Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    refresh.ifPresent(report -> versions.putAll(report.versions()));
    store.ifPresent(report -> versions.put("redis", report.redisVersion()));
    cluster.ifPresent(report -> versions.put("redis", report.redisVersion()));
    return versions;
  }

  String json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("date", LocalDate.now().toString());
    all.put("machine", machine);
    all.put("versions", versions());
    all.put("options", options.describe());
    refresh.ifPresent(report -> all.put("refresh", variants(report)));
    store.ifPresent(report -> all.put("store", report));
    cluster.ifPresent(report -> all.put("cluster", report));
    soak.ifPresent(report -> all.put("soak", report));
    all.put("targets", targets());
    try {
      return new ObjectMapper()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
              .writeValueAsString(all)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> variants(RefreshReport report) {
    Map<String, Object> variants = new LinkedHashMap<>();
    for (Variant variant : Variant.values()) {
      Map<String, Object> one = new LinkedHashMap<>();
      for (Figure figure : Figure.values()) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("unit", figure.unit());
        shown.put("absolute", report.spread(variant, figure));
        if (Figure.COMPARED.contains(figure)) {
          shown.put("ratio", report.ratio(variant, Variant.NO_ROTATION, figure));
        }
        one.put(figure.title(), shown);
      }
      for (CommandCount.Pace pace : CommandCount.Pace.values()) {
        CommandCount count = report.count(variant, pace);
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("refreshes", count.refreshes());
        shown.put("sql", count.sql());
        shown.put("redis", count.redis());
        one.put("counted at " + pace.title(), shown);
      }
      variants.put(variant.title(), one);
    }
    return variants;
  }
}
