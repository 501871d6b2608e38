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
     * @param round the number of the round from 0; negative during the warm-up
     * @return figures by their names; empty if the side does not take part
     */
    Map<String, Double> on(String side, int round) throws IOException, InterruptedException;
  }

  /** Operations that are timed. */
  @FunctionalInterface
  public interface Timed {
    /**
     * Runs the operations; returns the elapsed nanoseconds, or NaN if the side does not take part.
     */
    double nanos(String side, int operations) throws IOException, InterruptedException;
  }

  /** Creates a comparison of sides. The first side is the one that the others are compared with. */
  public SideBySide(Options options, String... sides) throws IOException {
    this.options = options;
    this.sides = List.of(sides);
    this.results = new Results(this.sides);
  }

  /** Adds work, unless {@code --only} excludes its name. */
  public void add(String name, Work work) {
    if (options.includes(name)) {
      works.add(work);
    }
  }

  /**
   * Adds work whose only figure is the time per operation in µs, unless {@code --only} excludes it.
   *
   * @param operations the number of operations per round, before it is multiplied by {@code
   *     --scale}
   */
  public void addTimed(String figure, int operations, Timed timed) {
    int scaled = options.scaled(operations);
    add(
        figure,
        (side, round) -> {
          double nanos = timed.nanos(side, scaled);
          return Double.isNaN(nanos) ? Map.of() : Map.of(figure, nanos / 1e3 / scaled);
        });
  }

  /** Does all work that was added since the last run, in each round of the options. */
  public void run() throws IOException, InterruptedException {
    run(options.warmUp(), options.rounds());
  }

  /** The same with other numbers of rounds than those of the options. */
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

  /** The figures of all rounds so far. */
  public Results results() {
    return results;
  }

  /** Returns a page with values for the machine, its load, and the numbers of rounds. */
  public Page page(String template) throws IOException {
    return Page.of(template)
        .with("machine", results.takenOn())
        .with("load before", loadBefore)
        .with("load after", Machine.load())
        .with("rounds", options.rounds())
        .with("warm-up rounds", options.warmUp());
  }

  /** Prints a page with a table of all results, and writes it and the figures to their files. */
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
