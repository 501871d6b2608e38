package io.muster.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Lets several sides do the same work in turn and compares what they needed.
 *
 * <p>A round does each piece of work on each side; each round begins with another side. Ratios are
 * taken within a round, to the first side.
 */
public final class SideBySide {
  public static final String PYTORCH = "PyTorch";
  public static final String MUSTER = "Muster";

  private final Options options;
  private final List<String> sides;
  private final Results results;
  private final String loadBefore = Machine.load();
  private final List<Work> works = new ArrayList<>();

  /** A piece of work. */
  @FunctionalInterface
  public interface Work {
    /**
     * Does the work once.
     *
     * @param round negative in a round of warm-up
     * @return figures by their names; none if the side does not take part
     */
    Map<String, Double> on(String side, int round) throws IOException, InterruptedException;
  }

  /** Operations that are timed. */
  @FunctionalInterface
  public interface Timed {
    /** Does them, and returns the nanoseconds they took; NaN if the side does not take part. */
    double nanos(String side, int operations) throws IOException, InterruptedException;
  }

  /** A comparison of sides, the first of which is what the others are compared with. */
  public SideBySide(Options options, String... sides) throws IOException {
    this.options = options;
    this.sides = List.of(sides);
    this.results = new Results(this.sides);
  }

  /** Adds work, unless the options leave out its name. */
  public void add(String name, Work work) {
    if (options.includes(name)) {
      works.add(work);
    }
  }

  /** Adds work that does so many operations, scaled, and has one figure, in µs per operation. */
  public void addTimed(String figure, int operations, Timed timed) {
    int scaled = options.scaled(operations);
    add(
        figure,
        (side, round) -> {
          double nanos = timed.nanos(side, scaled);
          return Double.isNaN(nanos) ? Map.of() : Map.of(figure, nanos / 1e3 / scaled);
        });
  }

  /** Does all work that was added, in each round. */
  public void run() throws IOException, InterruptedException {
    run(options.warmUp(), options.rounds());
  }

  /** The same with another number of rounds than the options say. */
  public void run(int warmUp, int rounds) throws IOException, InterruptedException {
    for (int round = -warmUp; round < rounds; round++) {
      System.err.println(round < 0 ? "warming up" : "round " + (round + 1) + " of " + rounds);
      for (Work work : works) {
        for (String side : inTurn(round)) {
          Map<String, Double> figures = work.on(side, round);
          if (round >= 0) {
            figures.forEach((name, figure) -> results.add(name, side, figure));
          }
        }
      }
    }
    works.clear();
  }

  /** The sides in the order of a round. */
  private List<String> inTurn(int round) {
    List<String> order = new ArrayList<>(sides);
    Collections.rotate(order, -Math.floorMod(round, sides.size()));
    return order;
  }

  /** What was measured. */
  public Results results() {
    return results;
  }

  /** A page that knows how the figures came about; what they are is still to be filled in. */
  public Page page(String template) throws IOException {
    return Page.of(template)
        .with("machine", results.takenOn())
        .with("load before", loadBefore)
        .with("load after", Machine.load())
        .with("rounds", options.rounds())
        .with("warm-up rounds", options.warmUp());
  }

  /** Prints a page with a table of all results, and writes the files that were named. */
  public void publish(Page page) throws IOException {
    options.publish(page.with("table", results.table(name -> true)).text());
    writeFigures();
  }

  /** Writes the figures, if a file was named. */
  public void writeFigures() throws IOException {
    if (options.figures().isPresent()) {
      results.writeTo(options.figures().get());
    }
  }
}
