package io.muster.bench.targets;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Chart;
import io.muster.bench.Page;
import io.muster.bench.Results;
import io.muster.bench.Samples;
import io.muster.bench.Table;
import io.muster.bench.Text;
import io.muster.bench.targets.Target.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Compares the figures of several runs with their targets. */
@Command(name = "targets", description = "Compares figures with their targets.")
public final class TargetsReport implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIRECTORY", description = "Where the figures are.")
  private Path directory = Path.of("");

  @Parameters(index = "1", paramLabel = "PAGE", description = "Where the page goes.")
  private Path page = Path.of("");

  /** Writes the page, and beside it a chart of all ratios that have a target. */
  @Override
  public Integer call() throws IOException {
    Results results = new Results(List.of(PYTORCH, MUSTER));
    try (var files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        results.addFrom(file);
      }
    }
    List<Target> measured =
        Target.all().stream().filter(target -> results.names().contains(target.figure())).toList();
    String chart = String.valueOf(page.getFileName()).replaceFirst("\\.md$", "") + ".svg";
    Files.writeString(page, text(results, measured, chart));
    List<Target> ratios =
        measured.stream().filter(target -> target.measure() == Measure.RATIO).toList();
    Chart.drawRatios(
        page.resolveSibling(chart),
        "Muster to PyTorch",
        ratios.stream().map(Target::figure).toList(),
        ratios.stream().map(target -> target.of(results)).toList(),
        ratios.stream().map(Target::most).toList());
    return 0;
  }

  private static String text(Results results, List<Target> measured, String chart)
      throws IOException {
    Table table = Table.rows();
    measured.forEach(target -> table.row(row(results, target)));
    return Page.of("targets.md")
        .with("machine", results.takenOn())
        .with("reached", measured.stream().filter(target -> target.isReached(results)).count())
        .with("targets", measured.size())
        .with("chart", chart)
        .with("table", table)
        .text();
  }

  private static List<String> row(Results results, Target target) {
    Samples pyTorch = results.of(target.figure(), PYTORCH);
    Samples muster = results.of(target.figure(), MUSTER);
    String most = Text.format(target.most() < 100 ? "%.2f" : "%,.0f", target.most());
    return List.of(
        target.figure(),
        pyTorch.toString(),
        muster.toString(),
        muster.over(pyTorch).toString(),
        target.measure() == Measure.MUSTER ? most + "*" : most,
        target.isReached(results) ? "yes" : "**no**");
  }
}
