package io.muster.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Pictures of figures, as SVG files. They need a font, but no display. */
public final class Chart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 420;
  private static final int MOST_MARKERS = 40;

  /** Dashes would be drawn one by one, and make the file many times as long. */
  private static final BasicStroke GRID = new BasicStroke(0.5f);

  static {
    System.setProperty("java.awt.headless", "true");
  }

  private Chart() {}

  /** How the axes of a chart of lines are labelled, and which of them are logarithmic. */
  public record Axes(String title, String x, String y, boolean logX, boolean logY) {}

  /**
   * Draws lines from point to point.
   *
   * @param series points by the names of the lines; those that are not finite, or not positive on a
   *     logarithmic axis, are left out
   */
  public static void drawLines(Path file, Axes axes, Map<String, Map<Double, Double>> series)
      throws IOException {
    XYChart chart = lines(axes, series);
    write(file, chart, chart.getSeriesMap().keySet());
  }

  private static XYChart lines(Axes axes, Map<String, Map<Double, Double>> series) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .theme(ChartTheme.Matlab)
            .title(axes.title)
            .xAxisTitle(axes.x)
            .yAxisTitle(axes.y)
            .build();
    style(chart.getStyler().setXAxisLogarithmic(axes.logX).setYAxisLogarithmic(axes.logY));
    series.forEach(
        (name, points) -> {
          List<Map.Entry<Double, Double>> drawn =
              points.entrySet().stream()
                  .filter(point -> isDrawn(point.getKey(), axes.logX))
                  .filter(point -> isDrawn(point.getValue(), axes.logY))
                  .toList();
          if (!drawn.isEmpty()) {
            XYSeries line =
                chart.addSeries(
                    name,
                    drawn.stream().mapToDouble(Map.Entry::getKey).toArray(),
                    drawn.stream().mapToDouble(Map.Entry::getValue).toArray());
            line.setLineStyle(SeriesLines.SOLID);
            line.setMarker(drawn.size() > MOST_MARKERS ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
          }
        });
    return chart;
  }

  private static boolean isDrawn(double figure, boolean logarithmic) {
    return Double.isFinite(figure) && (!logarithmic || figure > 0);
  }

  /** Draws ratios, which are positive, each beside its target, on a logarithmic axis. */
  public static void drawRatios(
      Path file, String title, List<String> names, List<Double> ratios, List<Double> targets)
      throws IOException {
    write(file, ratios(title, names, ratios, targets), names);
  }

  static CategoryChart ratios(
      String title, List<String> names, List<Double> ratios, List<Double> targets) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(Math.max(WIDTH, 24 * names.size()))
            .height(2 * HEIGHT)
            .theme(ChartTheme.Matlab)
            .title(title)
            .yAxisTitle("ratio, the less the better")
            .build();
    chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
    style(chart.getStyler().setXAxisLabelRotation(90).setYAxisLogarithmic(true));
    if (!names.isEmpty()) {
      chart.addSeries("Muster / PyTorch", names, ratios);
      chart.addSeries("target, at most", names, targets);
    }
    return chart;
  }

  private static void style(AxesChartStyler styler) {
    styler
        .setLocale(Locale.ROOT)
        .setPlotGridLinesStroke(GRID)
        .setPlotGridLinesColor(Color.LIGHT_GRAY)
        .setAxisTickMarksStroke(GRID)
        .setLegendPosition(LegendPosition.OutsideE);
  }

  /** Writes a picture, whose letters are outlines, with its title and the names in it as text. */
  private static void write(
      Path file, org.knowm.xchart.internal.chartpart.Chart<?, ?> chart, Collection<String> names)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
    String text =
        Text.format(
            "<title>%s</title><desc>%s</desc>",
            escaped(chart.getTitle()), escaped(String.join("; ", names)));
    // Hundredths of a pixel are enough.
    String svg = bytes.toString(StandardCharsets.UTF_8).replaceAll("(\\.\\d{2})\\d+", "$1");
    int end = svg.indexOf('>', svg.indexOf("<svg")) + 1;
    Files.writeString(file, svg.substring(0, end) + text + svg.substring(end));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
