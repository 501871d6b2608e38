package io.muster.bench.soak;

import static io.muster.bench.Text.format;

import io.muster.bench.Chart;
import io.muster.bench.Machine;
import io.muster.bench.Page;
import io.muster.bench.Samples;
import io.muster.bench.ServerHoldings;
import io.muster.bench.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The results of a soak and its checks.
 *
 * @param minutes the duration that was asked for
 * @param seed the seed that repeats the soak
 * @param machineLoad the load average of the machine, in words
 * @param samples one sample per interval
 * @param operations the number of operations that were answered
 * @param visits the number of clients that connected and disconnected
 * @param failures the operations with a wrong answer or none
 * @param before what the server held before the first client connected
 * @param after what it held after all clients had disconnected
 */
record SoakReport(
    double minutes,
    long seed,
    String machineLoad,
    List<SoakSample> samples,
    long operations,
    long visits,
    List<String> failures,
    Rest before,
    Rest after) {
  private static final double MEBI = 1024 * 1024;
  private static final double RESIDENT_TOLERANCE = 1.1;
  private static final double TAIL_TOLERANCE = 1.5;
  private static final double LIVE_TOLERANCE_MEBI = 4;

  /** What the server holds when no client is there. */
  record Rest(ServerHoldings held, long descriptors) {}

  /** Something that has to be so. */
  private record Check(String text, boolean held) {}

  /** The checks that did not hold. */
  List<String> failedChecks() {
    List<Check> checks = new ArrayList<>(checksOfAnswers());
    checks.addAll(checksOfFlatness());
    return failed(checks);
  }

  /**
   * The checks that did not hold, without those that depend on the speed or load of the machine.
   */
  List<String> failedChecksOfAnswers() {
    return failed(checksOfAnswers());
  }

  private static List<String> failed(List<Check> checks) {
    return checks.stream().filter(check -> !check.held()).map(Check::text).toList();
  }

  private List<Check> checksOfAnswers() {
    ServerHoldings left = after.held();
    double live = (left.heapBytes() - before.held().heapBytes()) / MEBI;
    return List.of(
        new Check(
            failures.isEmpty()
                ? format("All of %,d operations were answered rightly.", operations)
                : "Wrong answers, or none: " + String.join("; ", failures),
            failures.isEmpty()),
        new Check(
            format(
                "Once all clients had gone, the server held %d connections, %d waits, %d keys and"
                    + " %d bytes of data.",
                left.connections(), left.waits(), left.keys(), left.storedBytes()),
            left.connections() + left.waits() + left.keys() + left.storedBytes() == 0),
        new Check(
            format(
                "It had %d descriptors open then, and %d before the first came.",
                after.descriptors(), before.descriptors()),
            after.descriptors() <= before.descriptors()),
        new Check(
            format(
                "After a garbage collection its heap held %.1f MiB then, and %.1f MiB before; %.0f"
                    + " MiB more are tolerated.",
                left.heapBytes() / MEBI, before.held().heapBytes() / MEBI, LIVE_TOLERANCE_MEBI),
            live <= LIVE_TOLERANCE_MEBI));
  }

  private List<Check> checksOfFlatness() {
    return List.of(
        flat("Resident memory", "MiB", SoakReport::residentMebi, RESIDENT_TOLERANCE),
        flat("p99", "µs", SoakSample::p99, TAIL_TOLERANCE),
        flat("p99.9", "µs", SoakSample::p999, TAIL_TOLERANCE));
  }

  /** Compares the last quarter with the second: the first is for warming up. */
  private Check flat(
      String name, String unit, ToDoubleFunction<SoakSample> figure, double tolerance) {
    double second = median(1, figure);
    double last = median(3, figure);
    return new Check(
        format(
            "%s was %,.0f %s in the last quarter and %,.0f %s in the second; %.0f %% more are"
                + " tolerated.",
            name, last, unit, second, unit, 100 * (tolerance - 1)),
        last <= tolerance * second);
  }

  private static double residentMebi(SoakSample sample) {
    return sample.residentBytes() / MEBI;
  }

  private static double storedMebi(SoakSample sample) {
    return sample.held().storedBytes() / MEBI;
  }

  private List<SoakSample> quarter(int quarter) {
    return samples.subList(quarter * samples.size() / 4, (quarter + 1) * samples.size() / 4);
  }

  private double median(int quarter, ToDoubleFunction<SoakSample> figure) {
    if (quarter(quarter).isEmpty()) {
      // The soak ended early.
      return Double.NaN;
    }
    Samples figures = new Samples();
    quarter(quarter).forEach(sample -> figures.add(figure.applyAsDouble(sample)));
    return figures.median();
  }

  private double greatest(int quarter, ToDoubleFunction<SoakSample> figure) {
    return quarter(quarter).stream().mapToDouble(figure).max().orElse(Double.NaN);
  }

  /** The report without pictures. */
  String text() throws IOException {
    return text("");
  }

  /** Writes the report, and its pictures beside it. */
  void writeTo(Path path) throws IOException {
    String name = String.valueOf(path.getFileName()).replaceFirst("\\.md$", "");
    String latency = name + "-latency.svg";
    String memory = name + "-memory.svg";
    Map<String, Map<Double, Double>> latencies = new LinkedHashMap<>();
    latencies.put("max", points(SoakSample::max));
    latencies.put("p99.9", points(SoakSample::p999));
    latencies.put("p99", points(SoakSample::p99));
    latencies.put("p50", points(SoakSample::p50));
    Chart.drawLines(
        path.resolveSibling(latency),
        new Chart.Axes(
            "An add, while other clients work, come and go", "minutes", "µs", false, true),
        latencies);
    Map<String, Map<Double, Double>> memories = new LinkedHashMap<>();
    memories.put("resident", points(SoakReport::residentMebi));
    memories.put("keys and values", points(SoakReport::storedMebi));
    Chart.drawLines(
        path.resolveSibling(memory),
        new Chart.Axes("Memory of the server", "minutes", "MiB", false, false),
        memories);
    Files.writeString(
        path, text(format("\n![Latency over time](%s)\n![Memory over time](%s)", latency, memory)));
  }

  private Map<Double, Double> points(ToDoubleFunction<SoakSample> figure) {
    Map<Double, Double> points = new LinkedHashMap<>();
    samples.forEach(sample -> points.put(sample.minutes(), figure.applyAsDouble(sample)));
    return points;
  }

  private String text(String pictures) throws IOException {
    return Page.of("soak.md")
        .with("minutes", Double.toString(minutes).replaceFirst("\\.0$", ""))
        .with("machine", Machine.describe())
        .with("load", machineLoad)
        .with("seed", seed)
        .with("heap", Soak.SERVER_HEAP)
        .with("visits", format("%,d", visits))
        .with(
            "checks",
            Stream.concat(checksOfAnswers().stream(), checksOfFlatness().stream())
                .map(check -> (check.held() ? "- Held: " : "- **FAILED**: ") + check.text())
                .collect(Collectors.joining("\n")))
        .with("quarters", quarters())
        .with("intervals", samples.size())
        .with("pictures", pictures)
        .text();
  }

  private Table quarters() {
    Table rows = Table.rows();
    for (int quarter = 0; quarter < 4; quarter++) {
      rows.row(
          "| %d | %,.0f | %,.0f | %,.0f | %,.0f | %,.0f | %,.0f | %.1f | %.1f | %.0f |",
          quarter + 1,
          median(quarter, SoakSample::operations),
          median(quarter, SoakSample::visits),
          median(quarter, SoakSample::p50),
          median(quarter, SoakSample::p99),
          median(quarter, SoakSample::p999),
          greatest(quarter, SoakSample::max),
          median(quarter, SoakReport::residentMebi),
          median(quarter, SoakReport::storedMebi),
          greatest(quarter, SoakSample::descriptors));
    }
    return rows;
  }
}
