package io.muster.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.bench.ServerHoldings;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SoakReportTest {
  private static final SoakReport.Rest NOTHING = rest(0, 60, 8 << 20);

  @Test
  void failedChecks_flatFigures_areNone() {
    assertThat(report(samples(i -> 100, i -> 2), NOTHING).failedChecks()).isEmpty();
  }

  @Test
  void failedChecks_memoryGrowsAfterTheWarmUp_nameIt() {
    assertThat(report(samples(i -> 100 + i, i -> 2), NOTHING).failedChecks())
        .singleElement()
        .asString()
        .startsWith("Resident memory was 187 MiB in the last quarter and 137 MiB in the second");
  }

  @Test
  void failedChecks_growthInTheWarmUpOnly_areNone() {
    assertThat(report(samples(i -> Math.min(100, 50 + 2 * i), i -> 2), NOTHING).failedChecks())
        .isEmpty();
  }

  @Test
  void failedChecks_tailGrows_nameIt() {
    assertThat(report(samples(i -> 100, i -> 1 + Math.floorDiv(i, 25)), NOTHING).failedChecks())
        .anyMatch(check -> check.startsWith("p99 was 4 µs in the last quarter"));
  }

  @Test
  void failedChecks_somethingIsLeft_nameIt() {
    List<SoakSample> flat = samples(i -> 100, i -> 2);
    assertThat(report(flat, rest(1, 60, 8 << 20)).failedChecksOfAnswers())
        .singleElement()
        .asString()
        .contains("1 keys");
    assertThat(report(flat, rest(0, 61, 8 << 20)).failedChecksOfAnswers())
        .singleElement()
        .asString()
        .contains("61 descriptors");
    assertThat(report(flat, rest(0, 60, 13 << 20)).failedChecksOfAnswers())
        .singleElement()
        .asString()
        .contains("13.0 MiB");
  }

  @Test
  void text_wrongAnswerAtOnce_namesIt() throws Exception {
    SoakReport report =
        new SoakReport(
            1, 42, "1", List.of(), 7, 0, List.of("worker 1: wrong answer"), NOTHING, NOTHING);

    assertThat(report.failedChecksOfAnswers()).singleElement().asString().contains("worker 1");
    assertThat(report.text()).contains("**FAILED**: Wrong answers, or none: worker 1");
  }

  private static SoakReport report(List<SoakSample> samples, SoakReport.Rest after) {
    return new SoakReport(1, 42, "1", samples, 7, 1, List.of(), NOTHING, after);
  }

  private static List<SoakSample> samples(IntToDoubleFunction mebi, IntToDoubleFunction tail) {
    return IntStream.range(0, 100)
        .mapToObj(
            i ->
                new SoakSample(
                    i,
                    1,
                    1,
                    1,
                    tail.applyAsDouble(i),
                    tail.applyAsDouble(i),
                    9,
                    (long) (mebi.applyAsDouble(i) * 1024 * 1024),
                    60,
                    NOTHING.held()))
        .toList();
  }

  private static SoakReport.Rest rest(int keys, int descriptors, long heapBytes) {
    return new SoakReport.Rest(new ServerHoldings(0, 0, keys, 0, heapBytes), descriptors);
  }
}
