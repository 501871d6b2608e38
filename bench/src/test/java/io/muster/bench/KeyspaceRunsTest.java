package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.serving.SessionBenchmark;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** That what measures the keyspace and the sessions runs, whatever it measures. */
class KeyspaceRunsTest {
  @Test
  @Timeout(60)
  void session_oneShortIterationEach_measuresEveryRequest() throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(SessionBenchmark.class.getName())
                    .param("keys", "100")
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(5))
                    .verbosity(VerboseMode.SILENT)
                    .shouldFailOnError(true)
                    .build())
            .run();

    assertThat(results).hasSize(SessionBenchmark.Asked.values().length);
  }

  @Test
  @Timeout(60)
  void keyspaceSize_fewKeys_hasARowForEachNumber() throws Exception {
    List<String> rows = KeyspaceSize.table(100, 2_000).lines().toList();

    assertThat(rows).hasSize(2 + 2);
    assertThat(rows.get(3)).startsWith("| 2000 | ");
  }
}
