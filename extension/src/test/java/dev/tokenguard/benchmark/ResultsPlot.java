package dev.tokenguard.benchmark;

import dev.tokenguard.benchmark.refresh.RefreshReport;
import dev.tokenguard.benchmark.refresh.RefreshReport.Figure;
import dev.tokenguard.benchmark.refresh.Variant;
import dev.tokenguard.benchmark.store.StoreBenchmark.StoreReport;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The figures as pictures. */
public final class ResultsPlot {

  private static final double LABELS_NEAR_THE_TOP = 0.92;
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 460;
  private static final List<Variant> COMPARED =
      List.of(Variant.BUILT_IN_ROTATION, Variant.TOKEN_GUARD, Variant.NO_JAR);
  private static final Color[] COLORS = {
    new Color(0xC44E52), new Color(0x4C72B0), new Color(0xA0A0A0)
  };

  private ResultsPlot() {}

  /** Draws each variant as multiples of no rotation. */
  public static void draw(RefreshReport report, Path file) throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("A refresh with rotation, as multiples of one without")
            .yAxisTitle("no rotation = 1")
            .build();
    chart.getStyler().setSeriesColors(COLORS);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(LegendLayout.Horizontal);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setPlotGridVerticalLinesVisible(false);
    chart.getStyler().setLabelsVisible(true);
    chart.getStyler().setLabelsPosition(LABELS_NEAR_THE_TOP);
    chart.getStyler().setDecimalPattern("0.00");
    chart.getStyler().setYAxisMin(0.0);
    List<String> names = Figure.COMPARED.stream().map(Figure::title).toList();
    for (Variant variant : COMPARED) {
      List<Double> ratios =
          Figure.COMPARED.stream()
              .map(figure -> report.ratio(variant, Variant.NO_ROTATION, figure).median())
              .toList();
      chart.addSeries(variant.title(), names, ratios);
    }
    write(chart, file);
  }

  /** Draws the time of a rotation by the number of families that Redis holds. */
  public static void draw(StoreReport report, Path file) throws IOException {
    XYChart chart = timesBySize("Time of a rotation in the store", "families in Redis");
    List<StoreReport.ScriptTime> times = report.times();
    List<Integer> families = times.stream().map(StoreReport.ScriptTime::families).toList();
    chart.addSeries(
        "script in Redis, mean",
        families,
        times.stream().map(StoreReport.ScriptTime::serverMicros).toList());
    chart.addSeries(
        "caller, p50", families, times.stream().map(StoreReport.ScriptTime::p50Micros).toList());
    chart.addSeries(
        "caller, p99", families, times.stream().map(StoreReport.ScriptTime::p99Micros).toList());
    write(chart, file);
  }

  /** Draws the time of a look-up by the number of entries on the blacklist. */
  public static void drawLookUps(StoreReport report, Path file) throws IOException {
    XYChart chart = timesBySize("Time of a look-up on the blacklist", "entries on the blacklist");
    List<StoreReport.LookUps> lookUps = report.lookUps();
    List<Integer> entries = lookUps.stream().map(StoreReport.LookUps::entries).toList();
    chart.addSeries(
        "command in Redis, mean",
        entries,
        lookUps.stream().map(it -> it.serverMicros().median()).toList());
    chart.addSeries(
        "caller, p50", entries, lookUps.stream().map(it -> it.p50Micros().median()).toList());
    chart.addSeries(
        "caller, p99", entries, lookUps.stream().map(StoreReport.LookUps::p99Micros).toList());
    write(chart, file);
  }

  private static XYChart timesBySize(String title, String size) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(size)
            .yAxisTitle("µs")
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(LegendLayout.Horizontal);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setYAxisMin(0.0);
    return chart;
  }

  private static void write(IChart chart, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      ChartEncoder.saveChart(chart, out, "png");
    }
  }
}
