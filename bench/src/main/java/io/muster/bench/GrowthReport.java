package io.muster.bench;

import io.muster.bench.Comparison.Of;
import io.muster.bench.chart.LineChart;
import io.muster.bench.chart.Point;
import io.muster.bench.scale.Measurements;
import io.muster.bench.scale.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** The report of how servers grow with their clients. */
final class GrowthReport {
  private static final int FITTED_SIZES = 4;

  private static final List<Quantity> QUANTITIES =
      List.of(
          new Quantity("join", Phase.JOIN.elapsed(), "milliseconds until the last has joined"),
          new Quantity("wake", Phase.WAKE.elapsed(), "milliseconds until the last has woken"),
          new Quantity("memory", Measurements.MEMORY, "MiB above the empty server"));

  private final Measurements medians;
  private final Map<Of, Map<Integer, Integer>> failures;
  private final List<Integer> sizes;
  private final int rounds;

  /** What is plotted, in a file of its name. */
  private record Quantity(String name, String figure, String axis) {}

  /**
   * A report.
   *
   * @param failures how many rounds failed, by whose and the number of clients
   */
  GrowthReport(
      Measurements medians,
      Map<Of, Map<Integer, Integer>> failures,
      List<Integer> sizes,
      int rounds) {
    this.medians = medians;
    this.failures = failures;
    this.sizes = sizes;
    this.rounds = rounds;
  }

  String text(String loadBefore, boolean namesChosen) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            """
        # Growth

        How the time to join, the time to wake and the memory of a store's server grow with its
        clients, for PyTorch's server and for Muster's. Written by `bench/run growth --write FILE`.

        %s
        The load average was %s before the run and %s after it, of which the run itself makes up to 2.

        Each server is a new process for each size and round: PyTorch's is its C++ one on libuv (of
        `org.bytedeco:pytorch`, 2.10), in a JVM kept as small as it gets, Muster's the event loop.
        One thread of another process has all clients, the same before either server, and its own time
        is in the figures. Before, up to 300 clients do 20 times what is measured. Then so many
        connect at once, validate, ping and add one (join). Memory is what the server has resident then
        above what it had before. Later all wait for one key, which another
        client sets (wake). PyTorch looks up names of addresses; %s.

        Figures are medians over %d round(s), the sides in turn, each round beginning with the other side.
        A ratio is Muster's median divided by PyTorch's: below 1 Muster needs less. A round fails if the
        server closes or resets a connection, as it may where the queue of connections to be accepted
        overflows; its figures do not count. Where it resets nothing, a client that found the queue full
        tries again after a second or more, which is why a join may take whole seconds. All clients have
        one address; the kernel's search for a free port is in the joins of the most of them.

        """,
            medians.takenOn(),
            loadBefore,
            Machine.load(),
            namesChosen
                ? "a hosts file of its own answers at once"
                : "what this machine answers was not in the hand of the run",
            rounds));
    text.append("| clients |");
    QUANTITIES.forEach(
        quantity ->
            text.append(
                String.format(Locale.ROOT, " %s: PyTorch | Muster | ratio |", quantity.figure())));
    text.append(" failed rounds: PyTorch | Muster |\n|---:|");
    text.append("---:|".repeat(3 * QUANTITIES.size() + 2)).append('\n');
    for (int clients : sizes) {
      text.append(row(clients)).append('\n');
    }
    text.append(fits());
    return text.toString();
  }

  private String row(int clients) {
    StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "| %,d |", clients));
    for (Quantity quantity : QUANTITIES) {
      OptionalDouble pyTorch = medians.find(Of.PYTORCH.name(), clients, quantity.figure());
      OptionalDouble muster = medians.find(Of.MUSTER.name(), clients, quantity.figure());
      row.append(String.format(Locale.ROOT, " %s | %s |", text(pyTorch), text(muster)));
      double ratio = muster.orElse(Double.NaN) / pyTorch.orElse(Double.NaN);
      row.append(String.format(Locale.ROOT, " %s |", number("**%.2f**", ratio)));
    }
    for (Of whose : Of.values()) {
      row.append(
          String.format(
              Locale.ROOT,
              " %d |",
              failures.getOrDefault(whose, Map.of()).getOrDefault(clients, 0)));
    }
    return row.toString();
  }

  private String fits() {
    List<Integer> fitted = sizes.subList(Math.max(0, sizes.size() - FITTED_SIZES), sizes.size());
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                """

            ## As which power

            A figure that grows as a power of the clients is a straight line where both axes are
            logarithmic, and the power is its slope; 1 is in proportion. It is fitted by least squares to
            the largest %d sizes, %,d to %,d clients.

            | | PyTorch | Muster | plot |
            |---|---:|---:|---|
            """,
                FITTED_SIZES,
                fitted.get(0),
                fitted.get(fitted.size() - 1)));
    for (Quantity quantity : QUANTITIES) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | [growth-%s.svg](growth-%s.svg) |\n",
              quantity.figure(),
              number("%.2f", PowerLaw.exponent(points(Of.PYTORCH, quantity, fitted))),
              number("%.2f", PowerLaw.exponent(points(Of.MUSTER, quantity, fitted))),
              quantity.name(),
              quantity.name()));
    }
    return text.toString();
  }

  /** Draws each quantity into a file beside another. */
  void drawBeside(Path report) throws IOException {
    for (Quantity quantity : QUANTITIES) {
      new LineChart("Growth: " + quantity.figure(), "clients of one server", quantity.axis())
          .logX()
          .logY()
          .series("PyTorch", points(Of.PYTORCH, quantity, sizes))
          .series("Muster", points(Of.MUSTER, quantity, sizes))
          .writeTo(report.resolveSibling("growth-" + quantity.name() + ".svg"));
    }
  }

  private List<Point> points(Of whose, Quantity quantity, List<Integer> sizes) {
    List<Point> points = new ArrayList<>();
    for (int clients : sizes) {
      medians
          .find(whose.name(), clients, quantity.figure())
          .ifPresent(figure -> points.add(new Point(clients, figure)));
    }
    return points;
  }

  private static String text(OptionalDouble figure) {
    return figure.isEmpty()
        ? "–"
        : number(figure.getAsDouble() < 100 ? "%.1f" : "%,.0f", figure.getAsDouble());
  }

  private static String number(String format, double number) {
    return Double.isFinite(number) ? String.format(Locale.ROOT, format, number) : "–";
  }
}
