package io.muster.bench;

import io.muster.bench.scale.Measurements;
import io.muster.bench.scale.ScaleReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Simulates starts of more ranks than a machine can have, with the costs that {@link Growth} wrote.
 */
public final class ScaleSimulation {
  private static final String USAGE =
      "usage: scale-simulation [--figures FILE] [--scale F] [--write FILE]";
  private static final Path MEASURED = Path.of("docs", "growth.tsv");

  private ScaleSimulation() {}

  /** Simulates, prints, and writes the file that was named. */
  public static void main(String[] args) throws IOException {
    RunOptions options = RunOptions.parse(USAGE, 0, args);
    Measurements measurements = Measurements.read(options.figures().orElse(MEASURED));
    options.publish(
        ScaleReport.of(measurements, List.of(options.scaled(10_000), options.scaled(100_000))));
  }
}
