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
 * One rank of a run. All ranks make the same calls, which {@code docs/cli.md} lists, because a rank
 * may be another program.
 */
public final class PerfRun {
  private final ProcessGroup group;
  private final Plan plan;
  private final Consumer<String> errors;

  /**
   * Creates a run.
   *
   * @param errors receives a line per size at which this rank has wrong elements
   * @throws IllegalArgumentException if the plan is invalid for the number of ranks
   */
  public PerfRun(ProcessGroup group, Plan plan, Consumer<String> errors) {
    plan.validate(group.size());
    this.group = group;
    this.plan = plan;
    this.errors = errors;
  }

  /**
   * Measures all sizes, and blocks until all ranks are done.
   *
   * @param each receives each measurement
   * @return the measurements, which are the same on all ranks
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

  /** Returns the number of wrong elements on all ranks. */
  private long check(Size size, Exchange exchange) {
    exchange.fill();
    exchange.run();
    long[] wrong = {exchange.compare().map(found -> report(size, found)).orElse(0L)};
    group.allReduce(Tensor.of(wrong), ReduceOp.SUM);
    return wrong[0];
  }

  private long report(Size size, Comparison found) {
    if (found.wrong() > 0) {
      errors.accept(
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
