package io.muster.bench;

import io.muster.bench.chart.LineChart;
import io.muster.bench.chart.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What a soak has shown, and whether that is good. */
final class SoakReport {
  private static final double MEBI = 1024 * 1024;
  private static final double RESIDENT_TOLERANCE = 1.1;
  private static final double TAIL_TOLERANCE = 1.5;
  private static final double LIVE_TOLERANCE_MEBI = 4;

  /** What the server holds when no client is there. */
  record Rest(ServerHoldings held, long descriptors) {}

  /** Something that has to be so. */
  private record Check(String text, boolean held) {}

  private final double minutes;
  private final long seed;
  private final String machineLoad;
  private final List<SoakSample> samples;
  private final long operations;
  private final long visits;
  private final List<String> failures;
  private final Rest before;
  private final Rest after;

  SoakReport(
      double minutes,
      long seed,
      String machineLoad,
      List<SoakSample> samples,
      long operations,
      long visits,
      List<String> failures,
      Rest before,
      Rest after) {
    this.minutes = minutes;
    this.seed = seed;
    this.machineLoad = machineLoad;
    this.samples = List.copyOf(samples);
    this.operations = operations;
    this.visits = visits;
    this.failures = failures;
    this.before = before;
    this.after = after;
  }

  /** The checks that did not hold. */
  List<String> failedChecks() {
    List<Check> checks = new ArrayList<>(checksOfAnswers());
    checks.addAll(checksOfFlatness());
    return failed(checks);
  }

  /** Those of them that do not depend on how fast or busy the machine is. */
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
    latencyChart().writeTo(path.resolveSibling(latency));
    memoryChart().writeTo(path.resolveSibling(memory));
    Files.writeString(
        path,
        text(
            String.format(
                Locale.ROOT,
                """

            ![Latency over time](%s)

            ![Memory over time](%s)
            """,
                latency,
                memory)));
  }

  private LineChart latencyChart() {
    return new LineChart("An add, while other clients work, come and go", "minutes", "µs")
        .logY()
        .series("max", points(SoakSample::max))
        .series("p99.9", points(SoakSample::p999))
        .series("p99", points(SoakSample::p99))
        .series("p50", points(SoakSample::p50));
  }

  private LineChart memoryChart() {
    return new LineChart("Memory of the server", "minutes", "MiB")
        .series("resident", points(SoakReport::residentMebi))
        .series("keys and values", points(sample -> sample.held().storedBytes() / MEBI));
  }

  private List<Point> points(ToDoubleFunction<SoakSample> figure) {
    return samples.stream()
        .map(sample -> new Point(sample.minutes(), figure.applyAsDouble(sample)))
        .toList();
  }

  private String text(String pictures) throws IOException {
    StringBuilder out = new StringBuilder();
    out.append(
        format(
            """
            # Soak

            One server, many clients, for %s min: whether it answers rightly all the time, stays as
            fast, and keeps nothing of those who have gone. Written by `bench/run soak --write FILE`.

            %s
            The load average was %s. The seed was %d.

            The server (event loop, `%s`) is a process; all clients are threads of another one. Four
            workers use keys of their own in every way and compare each answer with a copy. Three ranks set
            keys for each other, and meet at barriers. Guests come, %,d in all: some behave; some wait for
            keys or at barriers, and reset their connections; some send random bytes, or half a request.
            Attackers fill the server with keys, queue items, waits, half-sent requests and replies that
            they never read, until it disconnects them. One client asks for 8 MiB and reads slowly. The probe makes an add each millisecond, whose times these are.

            %s
            | quarter | operations/s | guests/s | p50, µs | p99, µs | p99.9, µs | max, µs | resident, MiB | stored, MiB | descriptors, at most |
            |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
            """,
            Double.toString(minutes).replaceFirst("\\.0$", ""),
            Machine.describe(),
            machineLoad,
            seed,
            Soak.SERVER_HEAP,
            visits,
            verdict()));
    for (int quarter = 0; quarter < 4; quarter++) {
      out.append(
          format(
              "| %d | %,.0f | %,.0f | %,.0f | %,.0f | %,.0f | %,.0f | %.1f | %.1f | %.0f |\n",
              quarter + 1,
              median(quarter, SoakSample::operations),
              median(quarter, SoakSample::visits),
              median(quarter, SoakSample::p50),
              median(quarter, SoakSample::p99),
              median(quarter, SoakSample::p999),
              greatest(quarter, SoakSample::max),
              median(quarter, SoakReport::residentMebi),
              median(quarter, sample -> sample.held().storedBytes() / MEBI),
              greatest(quarter, SoakSample::descriptors)));
    }
    out.append(
        format(
            """

            Figures are medians of the intervals, of which there were %d in all, but for the greatest time.
            The first quarter is for warming up. An add that took longer than a millisecond stands for those
            that could not be made meanwhile as well.
            """,
            samples.size()));
    return out.append(pictures).toString();
  }

  private String verdict() {
    StringBuilder out = new StringBuilder();
    checksOfAnswers().forEach(check -> out.append(line(check)));
    checksOfFlatness().forEach(check -> out.append(line(check)));
    return out.toString();
  }

  private static String line(Check check) {
    return "- " + (check.held() ? "Held" : "**FAILED**") + ": " + check.text() + "\n";
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
