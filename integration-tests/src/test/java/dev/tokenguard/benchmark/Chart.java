package dev.tokenguard.benchmark;

import dev.tokenguard.benchmark.Report.Plot;
import dev.tokenguard.benchmark.Report.Table;
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
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** A table as a picture. */
final class Chart {

  private static final int WIDTH = 1000;
  private static final int HEIGHT = 460;
  private static final String MICROS = ", µs";
  private static final Color[] COLORS = {
    new Color(0xC44E52), new Color(0x4C72B0), new Color(0xA0A0A0)
  };

  private Chart() {}

  static void draw(Table table, Path folder) throws IOException {
    IChart chart = table.plot() == Plot.BARS ? bars(table) : lines(table);
    try (OutputStream out = Files.newOutputStream(folder.resolve(table.name() + ".png"))) {
      ChartEncoder.saveChart(chart, out, "png");
    }
  }

  private static CategoryChart bars(Table table) {
    CategoryChart chart =
        new CategoryChartBuilder().width(WIDTH).height(HEIGHT).title(table.title()).build();
    style(chart.getStyler());
    chart.getStyler().setSeriesColors(COLORS);
    chart.getStyler().setPlotGridVerticalLinesVisible(false);
    chart.getStyler().setLabelsVisible(true);
    chart.getStyler().setLabelsPosition(0.92);
    chart.getStyler().setDecimalPattern("0.00");
    List<String> groups = table.column(0).stream().map(String::valueOf).toList();
    for (int index = 1; index < table.columns().size(); index++) {
      chart.addSeries(table.columns().get(index), groups, numbers(table, index));
    }
    return chart;
  }

  private static XYChart lines(Table table) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(table.title())
            .xAxisTitle(table.columns().get(0))
            .yAxisTitle("µs")
            .build();
    style(chart.getStyler());
    chart.getStyler().setXAxisLogarithmic(true);
    for (int index = 1; index < table.columns().size(); index++) {
      String title = table.columns().get(index);
      if (title.endsWith(MICROS)) {
        chart.addSeries(title.replace(MICROS, ""), numbers(table, 0), numbers(table, index));
      }
    }
    return chart;
  }

  private static void style(AxesChartStyler styler) {
    styler.setLegendPosition(LegendPosition.OutsideS);
    styler.setLegendLayout(LegendLayout.Horizontal);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setYAxisMin(0.0);
  }

  private static List<Double> numbers(Table table, int index) {
    return table.column(index).stream().map(Report::number).toList();
  }
}
