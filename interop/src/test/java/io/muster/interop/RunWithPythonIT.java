package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Worlds of PyTorch's ranks, alone and beside Java's, that {@code muster} starts. */
@ExtendWith(PythonPyTorch.class)
@Timeout(300)
class RunWithPythonIT {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PYTHON_EXEC", PythonPyTorch.command(), "GLOO_SOCKET_IFNAME", "lo");
  private static final Path SCRIPTS = Path.of("src", "test", "python").toAbsolutePath();

  @TempDir private Path directory = Path.of("");

  @Test
  void fourRanksOfPyTorch_meetAndReduce_alsoAfterARestart()
      throws IOException, InterruptedException {
    List<String> args =
        List.of(
            "run",
            "--nproc-per-node=4",
            "--max-restarts=1",
            SCRIPTS.resolve("restarted.py").toString());
    try (Launched run = Launched.muster(directory.resolve("run"), ENVIRONMENT, args)) {
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.lines())
          .containsExactly(
              "[default0]:attempt 1: 10.0",
              "[default1]:attempt 1: 10.0",
              "[default2]:attempt 1: 10.0",
              "[default3]:attempt 1: 10.0");
      // How it ended depends on whether others noticed before it had, so that it was sent SIGTERM.
      assertThat(run.err()).contains("muster run: rank 2 failed: ");
    }
  }

  @Test
  void failureOfPython_isInTheLastLine() throws IOException, InterruptedException {
    List<String> args =
        List.of("run", "--nproc-per-node=2", SCRIPTS.resolve("restarted.py").toString());
    try (Launched run = Launched.muster(directory.resolve("run"), ENVIRONMENT, args)) {
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err().strip().lines().reduce((before, last) -> last).orElseThrow())
          .startsWith("muster run: rank 1 failed first (local rank 1 on ")
          .endsWith("exit code 1: RuntimeError: on purpose");
    }
  }

  @Test
  void demo_hasRanksOfBothLanguages() throws IOException, InterruptedException {
    try (Launched demo = Launched.muster(directory.resolve("demo"), ENVIRONMENT, List.of("demo"))) {
      assertThat(demo.exitCode()).as(demo.err()).isZero();
      assertThat(demo.lines())
          .anyMatch(line -> line.startsWith("rank 0 started: Java "))
          .anyMatch(line -> line.startsWith("rank 3 started: Python "))
          .contains("rank 3 reduced: 1 + ... + 4 = 10, a thousand times");
    }
  }
}
