package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.bench.command.BenchCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs of benchmarks with few operations, to see that they run. What they measure has no meaning.
 *
 * @param directory where their pages and figures go
 */
record BriefRun(Path directory) {
  /** Runs a benchmark, and blocks until its page is written. */
  void run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--write", page().toString(), "--figures", figuresFile().toString()));
    assertThat(BenchCommand.run(all.toArray(new String[0]))).isZero();
  }

  Path page() {
    return directory.resolve("page.md");
  }

  private Path figuresFile() {
    return directory.resolve("figures");
  }

  /** The rows of the tables on the page, their headings included. */
  List<String> rows() throws IOException {
    try (var lines = Files.lines(page())) {
      return lines.filter(line -> line.startsWith("| ")).toList();
    }
  }

  /** The names of the figures. */
  List<String> figures() throws IOException {
    Results results = new Results(List.of());
    results.addFrom(figuresFile());
    return results.names();
  }

  static boolean lacksARatio(String row) {
    return row.contains("**–**") || row.contains("NaN");
  }
}
