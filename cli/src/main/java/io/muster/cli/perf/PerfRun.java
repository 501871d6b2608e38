package io.muster.cli.perf;

import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A rank's part in a run. All ranks make the same calls, which {@code docs/cli.md} lists, since a
 * rank may be another program.
 */
public final class PerfRun {
  private final ProcessGroup group;
  private final Plan plan;
  private final Consumer<String> complaints;

  /**
   * A run that has not begun.
   *
   * @param complaints is told of the wrong elements that this rank has, a line a size
   * @throws IllegalArgumentException if the plan makes no sense for so many ranks
   */
  public PerfRun(ProcessGroup group, Plan plan, Consumer<String> complaints) {
    plan.requireSense(group.size());
    this.group = group;
    this.plan = plan;
    this.complaints = complaints;
  }

  /**
   * Measures all sizes, and blocks until all ranks are done.
   *
   * @param each is told of each size once it is measured
   * @return the sizes that were measured, which are the same on all ranks
   */
  public List<Measurement> run(Consumer<Measurement> each) {
    List<Measurement> measurements = new ArrayList<>();
    for (Size size : plan.sizes(group.size())) {
      Measurement measurement = measure(size);
      measurements.add(measurement);
      each.accept(measurement);
    }
    group.barrier();
    return measurements;
  }

  private Measurement measure(Size size) {
    Exchange exchange = new Exchange(group, plan, size.count());
    exchange.fill();
    repeat(exchange, size.warmUps());
    group.barrier();
    long start = System.nanoTime();
    repeat(exchange, size.iterations());
    double nanos = (double) (System.nanoTime() - start);
    double[] micros = {nanos / 1e3 / size.iterations()};
    group.allReduce(Tensor.of(micros), ReduceOp.MAX);
    return new Measurement(
        size,
        micros[0],
        plan.collective().busFactor(group.size()),
        plan.check() ? OptionalLong.of(check(size, exchange)) : OptionalLong.empty());
  }

  private static void repeat(Exchange exchange, int times) {
    for (int i = 0; i < times; i++) {
      exchange.run();
    }
  }

  /** How many elements are wrong, on all ranks. */
  private long check(Size size, Exchange exchange) {
    exchange.fill();
    exchange.run();
    long[] wrong = {exchange.compare().map(found -> complain(size, found)).orElse(0L)};
    group.allReduce(Tensor.of(wrong), ReduceOp.SUM);
    return wrong[0];
  }

  private long complain(Size size, Comparison found) {
    if (found.wrong() > 0) {
      complaints.accept(
          String.format(
              Locale.ROOT,
              "rank %d has %d wrong elements at %d bytes, the first at index %d: %s, expected %s",
              group.rank(),
              found.wrong(),
              size.bytes(),
              found.first(),
              found.seen(),
              found.expected()));
    }
    return found.wrong();
  }
}
