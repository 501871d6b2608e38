package io.muster.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PerfRunTest {
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();

  private List<Measurement> run(ProcessGroup group, Plan plan) {
    return new PerfRun(group, plan, errors::add).run(each -> {});
  }

  private void assertRight(int worldSize, Plan plan) {
    List<List<Measurement>> ofRanks = World.run(worldSize, group -> run(group, plan));

    assertThat(errors).isEmpty();
    assertThat(ofRanks.stream().distinct()).as("the same on all ranks").hasSize(1);
    assertThat(ofRanks.get(0))
        .hasSameSizeAs(plan.sizes(worldSize))
        .allMatch(measurement -> measurement.wrong().equals(OptionalLong.of(0)))
        .allMatch(measurement -> measurement.micros() > 0);
  }

  @ParameterizedTest
  @EnumSource(value = Collective.class, mode = EnumSource.Mode.EXCLUDE, names = "BARRIER")
  void everyCollective_isRight(Collective collective) {
    assertRight(3, Plans.checked(collective, ElementType.I32, Reduction.SUM, 2, 12, 100_000));
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void everyType_isRight(ElementType type) {
    for (Reduction reduction : Reduction.values()) {
      if (type.isFloat() || reduction != Reduction.AVG) {
        assertRight(2, Plans.checked(Collective.ALL_REDUCE, type, reduction, 0, 8, 4096));
      }
    }
    assertRight(2, Plans.checked(Collective.ALL_TO_ALL, type, Reduction.SUM, 0, 16, 4096));
  }

  @Test
  void barrier_isMeasuredAndNotChecked() {
    Plan plan =
        new Plan(Collective.BARRIER, ElementType.F32, Reduction.SUM, 0, 4, 4, 2, null, null, false);

    List<Measurement> measurements = World.run(2, group -> run(group, plan)).get(0);

    assertThat(measurements).hasSize(1);
    assertThat(measurements.get(0).wrong()).isEmpty();
    assertThat(measurements.get(0).algorithmGigabytes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0,3.0,4.0", "6,8.0,9.0", "99,5.0,6.0"})
  void rankThatSendsAWrongElement_isNoticedByAll(int index, String right, String seen) {
    Plan plan = Plans.checked(Collective.ALL_REDUCE, ElementType.F32, Reduction.SUM, 0, 400, 400);

    List<Long> wrongOnAll =
        World.run(
            2,
            group ->
                group.rank() == 0
                    ? run(group, plan).get(0).wrong().orElseThrow()
                    : takePartWithWrongElement(group, index));

    // Rank 1 does not compare, so what is counted is what rank 0 has seen.
    assertThat(wrongOnAll).containsExactly(1L, 1L);
    assertThat(errors)
        .containsExactly(
            "rank 0 has 1 wrong elements at 400 bytes, the first at index %d: %s, expected %s"
                .formatted(index, seen, right));
  }

  /** The calls of rank 1 by hand, with its elements in the call that is checked, but for one. */
  private static long takePartWithWrongElement(ProcessGroup group, int index) {
    float[] elements = new float[100];
    for (int call = 0; call < 1 + 2; call++) {
      if (call == 1) {
        group.barrier();
      }
      group.allReduce(Tensor.of(elements), ReduceOp.SUM);
    }
    group.allReduce(Tensor.of(new double[] {1}), ReduceOp.MAX);
    for (int i = 0; i < elements.length; i++) {
      elements[i] = 1 + (i + 1) % 7;
    }
    elements[index]++;
    group.allReduce(Tensor.of(elements), ReduceOp.SUM);
    long[] wrong = {0};
    group.allReduce(Tensor.of(wrong), ReduceOp.SUM);
    group.barrier();
    return wrong[0];
  }
}
