package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/rpc.md runs. */
@Tag("worlds-of-processes")
class ExampleIT {
  private static final Path EXAMPLE = Path.of("../examples/ParameterServer.java");

  @Test
  void parameterServer_andTwoTrainers_findTheLine(@TempDir Path directory) {
    List<ChildProcess> processes =
        IntStream.range(0, 3).mapToObj(rank -> start(directory.resolve("store"), rank)).toList();
    try {
      processes.forEach(process -> assertThat(process.exitCode()).as(process.output()).isZero());
      for (int rank = 1; rank < 3; rank++) {
        assertThat(processes.get(rank).output())
            .containsPattern("trainer" + rank + ": y = (2\\.9|3\\.0)\\d x \\+ (0\\.9|1\\.0)\\d");
      }
    } finally {
      processes.forEach(ChildProcess::close);
    }
  }

  private static ChildProcess start(Path store, int rank) {
    return ChildProcess.start(
        Map.of(),
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            // Most of the time is spent on starting Java and its compiler.
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            EXAMPLE.toString(),
            store.toUri().toString(),
            String.valueOf(rank),
            "3"));
  }
}
