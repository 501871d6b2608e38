package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import io.muster.fixtures.ChildProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code muster perf} beside {@code examples/perf_rank.py}, each of which checks its results. */
@ExtendWith(PythonPyTorch.class)
@TestInstance(PER_CLASS)
@Timeout(180)
class PerfWithPythonIT {
  private static final Path SCRIPT = Path.of("..", "examples", "perf_rank.py").toAbsolutePath();
  private static final int WRONG = 6;

  /** One for all tests, because importing torch takes most of the time. */
  private final ChildProcess python = PythonPyTorch.start("perf.py", SCRIPT);

  @TempDir private Path directory = Path.of("");

  @AfterAll
  void endPython() {
    python.close();
  }

  private List<String> arguments(int rank, int worldSize, String what) {
    List<String> arguments =
        new ArrayList<>(List.of("--init-method", directory.resolve("store").toUri().toString()));
    arguments.addAll(List.of("--rank", "" + rank, "--world-size", "" + worldSize));
    arguments.addAll(List.of("-f", "64", "-n", "3", "-w", "1", "--timeout", "60s"));
    arguments.addAll(List.of(what.split(" ")));
    return arguments;
  }

  private ChildProcess java(int rank, int worldSize, String what) {
    List<String> arguments = arguments(rank, worldSize, what);
    arguments.add(0, "perf");
    return ChildProcess.start(
        Map.of("GLOO_SOCKET_IFNAME", "lo"),
        ChildProcess.javaCommand(
            ChildProcess.SHORT_RUN, "io.muster.cli.Main", arguments.toArray(String[]::new)));
  }

  /** Has Python begin its part; {@code python.answer()} is the exit code. */
  private void startPython(int rank, int worldSize, String what) {
    python.tell(String.join(" ", arguments(rank, worldSize, what)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allreduce -b 16 -e 1M --check",
        "allreduce -b 16 -e 64K --check -d bf16 -o avg",
        "allreduce -b 16 -e 64K --check -d f16 -o prod",
        "allreduce -b 16 -e 64K --check -d u8 -o max",
        "reduce -b 16 -e 64K --check -d f64 --root 1",
        "broadcast -b 16 -e 64K --check -d i64 --root 1",
        "allgather -b 64 -e 64K --check -d i32",
        "reducescatter -b 64 -e 64K --check -d i8",
        "gather -b 64 -e 64K --check --root 1",
        "scatter -b 64 -e 64K --check --root 1",
        "alltoall -b 64 -e 64K --check -d bf16",
        "sendrecv -b 16 -e 64K --check",
        "barrier"
      })
  void javaAndPython_inOneRun_haveTheRightElements(String what) {
    try (ChildProcess first = java(0, 3, what);
        ChildProcess third = java(2, 3, what)) {
      startPython(1, 3, what);
      assertThat(python.answer()).as(python::output).isEqualTo("0");
      assertThat(first.exitCode()).as(first::output).isZero();
      assertThat(third.exitCode()).as(third::output).isZero();
      assertThat(first.output()).startsWith("# muster perf: ").contains(" of 3 ranks");
      assertThat(third.output()).isEmpty();
    }
  }

  @Test
  void pythonAsRankZero_printsItsTimes() {
    String what = "allreduce -b 1K -e 1K --check";
    try (ChildProcess second = java(1, 2, what)) {
      startPython(0, 2, what);
      assertThat(python.answer()).as(python::output).isEqualTo("0");
      assertThat(second.exitCode()).as(second::output).isZero();
      assertThat(python.output()).contains("1024 B", "256 elements", "0 wrong");
    }
  }

  @Test
  void pythonWithOtherElements_failsOnBothSides() {
    try (ChildProcess first = java(0, 2, "broadcast -b 1K -e 1K --check --root 0")) {
      startPython(1, 2, "broadcast -b 1K -e 1K --check --root 0 -d i32");
      assertThat(first.exitCode()).as(first::output).isEqualTo(WRONG);
      assertThat(python.answer()).as(python::output).isEqualTo(String.valueOf(WRONG));
      assertThat(python.output()).contains("rank 1 has 253 wrong elements at 1024 bytes");
      assertThat(first.output()).contains("# wrong elements: 253");
    }
  }
}
