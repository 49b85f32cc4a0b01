package dev.tokenguard.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a part of the benchmark has measured.
 *
 * @param versions of the servers
 * @param targets what this project promises, against what was measured
 * @param details for the file of results alone
 */
public record Report(
    Map<String, String> versions,
    List<Table> tables,
    List<Target> targets,
    Map<String, Object> details) {

  /** How a table is drawn. */
  public enum Plot {
    NONE,
    /** A group of bars for each row, a bar for each column. */
    BARS,
    /** The first column is the x-axis, and each column in microseconds is a line. */
    LINES
  }

  /**
   * Figures.
   *
   * @param name in the file of results, and of the plot
   * @param columns the first one has the labels of the rows
   * @param rows of texts, numbers and {@link Spread}s
   */
  public record Table(
      String name, String title, Plot plot, List<String> columns, List<List<Object>> rows) {

    public static Table of(String name, String title, Plot plot, String... columns) {
      return new Table(name, title, plot, List.of(columns), new ArrayList<>());
    }

    public Table row(Object... cells) {
      rows.add(List.of(cells));
      return this;
    }

    List<Object> column(int index) {
      return rows.stream().map(row -> row.get(index)).toList();
    }

    /** For the terminal. */
    String text() {
      List<List<String>> lines = new ArrayList<>(List.of(columns));
      rows.forEach(row -> lines.add(row.stream().map(Report::text).toList()));
      int[] widths =
          IntStream.range(0, columns.size())
              .map(at -> lines.stream().mapToInt(line -> line.get(at).length()).max().orElse(0))
              .toArray();
      return lines.stream()
          .map(
              line ->
                  IntStream.range(0, widths.length)
                      .mapToObj(at -> String.format("%" + widths[at] + "s", line.get(at)))
                      .collect(Collectors.joining("  ")))
          .collect(Collectors.joining("\n", "\n" + title + "\n", "\n"));
    }

    /** For the file of results: each row as a map. */
    List<Map<String, Object>> json() {
      return rows.stream()
          .map(
              row -> {
                Map<String, Object> map = new LinkedHashMap<>();
                IntStream.range(0, columns.size())
                    .forEach(at -> map.put(columns.get(at), row.get(at)));
                return map;
              })
          .toList();
    }
  }

  /**
   * A promise.
   *
   * @param wanted with its unit, for people
   * @param measured likewise
   */
  public record Target(String name, String wanted, String measured, boolean isReached) {

    /**
     * Two counts that differ by less are equal: a batch of writes can fall into the next second.
     */
    public static final double COUNT_TOLERANCE = 0.05;

    /** The median decides; its interval shows the precision. */
    public static Target atMost(String name, double limit, Object measured) {
      return new Target(name, "at most " + limit, Report.text(measured), number(measured) <= limit);
    }

    public static Target atLeast(String name, double limit, Object measured) {
      return new Target(
          name, "at least " + limit, Report.text(measured), number(measured) >= limit);
    }

    /** Where the figure is not larger in some round, the difference is within the noise. */
    public static Target growth(String name, double limit, Spread growth) {
      return new Target(
          name,
          "at most " + limit + ", or within noise",
          Report.text(growth),
          growth.median() <= limit || growth.low() <= 1);
    }

    public static Target exactly(String name, int wanted, double measured) {
      return new Target(
          name,
          String.valueOf(wanted),
          Report.text(measured),
          Math.abs(measured - wanted) < COUNT_TOLERANCE);
    }

    String text() {
      return String.format(
          "%-7s  %s: %s (wanted: %s)", isReached ? "reached" : "MISSED", name, measured, wanted);
    }
  }

  /** The number, or the median. */
  static double number(Object cell) {
    return cell instanceof Spread spread ? spread.median() : ((Number) cell).doubleValue();
  }

  /** With three digits at least. */
  static String text(Object cell) {
    if (cell instanceof Spread spread) {
      return String.format(
          "%s (%s to %s)", text(spread.median()), text(spread.low()), text(spread.high()));
    }
    if (cell instanceof Double value) {
      String format = Math.abs(value) >= 100 ? "%.0f" : Math.abs(value) >= 10 ? "%.1f" : "%.2f";
      return String.format(Locale.ROOT, format, value);
    }
    return String.valueOf(cell);
  }
}
