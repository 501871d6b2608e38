package io.muster.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.serving.SessionBenchmark;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** That what measures single classes runs, whatever it measures. */
@Timeout(180)
class JmhRunIT {
  @Test
  void jmh_oneShortIterationEach_measuresEveryBenchmark() throws Exception {
    // Three and two of the codecs and one of the waits, each with two parameters; four of the
    // keyspace; three operators on seven types.
    assertThat(run(new OptionsBuilder().include("io\\.muster\\.bench\\.")))
        .hasSize(2 * (3 + 2 + 1) + 4 + 3 * 7);
  }

  @Test
  void session_oneShortIterationEach_measuresEveryRequest() throws Exception {
    assertThat(
            run(
                new OptionsBuilder()
                    .include(SessionBenchmark.class.getName())
                    .param("keys", "100")))
        .hasSize(SessionBenchmark.Asked.values().length);
  }

  private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
    return new Runner(
            options
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(5))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build())
        .run();
  }

  @Test
  void keyspaceSize_fewKeys_hasARowForEachNumber() throws Exception {
    List<String> rows = KeyspaceSize.table(List.of(100, 2_000)).toString().lines().toList();

    assertThat(rows).hasSize(2 + 2);
    assertThat(rows.get(3)).startsWith("| 2000 | ");
  }
}
