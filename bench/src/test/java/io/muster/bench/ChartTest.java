package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void lines_ofTwoSeries_areNamed() throws IOException {
    Map<String, Map<Double, Double>> series = new LinkedHashMap<>();
    series.put("PyTorch", Map.of(1.0, 0.8, 100.0, 30.0));
    series.put("Muster <1 & \"2\">", Map.of(1.0, 0.5, 1000.0, 90.0));

    assertThat(lines(true, series))
        .contains("<title>Join time</title><desc>PyTorch; Muster &lt;1 &amp; \"2\"&gt;</desc>");
  }

  @Test
  void lines_pointsThatCannotBeDrawn_areLeftOut() throws IOException {
    Map<Double, Double> points = new LinkedHashMap<>();
    points.put(0.0, 1.0);
    points.put(1.0, 0.0);
    points.put(2.0, Double.NaN);

    assertThat(lines(true, Map.of("only", points, "none", Map.of()))).contains("<desc></desc>");
    points.put(3.0, 9.0);
    points.put(4.0, 8.0);
    assertThat(lines(true, Map.of("only", points))).contains("<desc>only</desc>");
  }

  @Test
  void ratios_areNamedWithTheirTargets() throws IOException {
    Path file = directory.resolve("ratios.svg");
    Chart.drawRatios(file, "Ratios", List.of("get", "add"), List.of(0.5, 1.25), List.of(0.7, 1.0));

    assertThat(Files.readString(file)).contains("<title>Ratios</title><desc>get; add</desc>");
    assertThat(Chart.ratios("Ratios", List.of("get"), List.of(0.5), List.of(0.7)).getSeriesMap())
        .containsOnlyKeys("Muster / PyTorch", "target, at most");
  }

  private String lines(boolean logarithmic, Map<String, Map<Double, Double>> series)
      throws IOException {
    Path file = directory.resolve("lines.svg");
    Chart.drawLines(
        file, new Chart.Axes("Join time", "clients", "ms", logarithmic, logarithmic), series);
    return Files.readString(file);
  }
}
