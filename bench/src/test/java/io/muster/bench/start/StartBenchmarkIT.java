package io.muster.bench.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import io.muster.bench.command.BenchCommand;
import io.muster.fixtures.TorchPython;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** That both servers start and answer, however long that takes. */
class StartBenchmarkIT {
  private static final Path REPOSITORY = Path.of("..");

  @Test
  @Timeout(180)
  @EnabledOnOs(value = OS.LINUX, disabledReason = "memory is read from /proc")
  void start_aRound_hasARatioForEverythingMeasured(@TempDir Path directory) throws IOException {
    assumeThatCode(() -> TorchPython.find(REPOSITORY)).doesNotThrowAnyException();
    assumeThat(REPOSITORY.resolve("cli/target/lib/muster-cli.jar")).exists();
    Path report = directory.resolve("start.md");

    int exitCode =
        BenchCommand.run(
            "side-by-side-start", "--rounds", "1", "--warm-up", "0", "--write", report.toString());

    assertThat(exitCode).isZero();
    assertThat(Files.readAllLines(report).stream().filter(line -> line.startsWith("| ")))
        .hasSize(1 + 2)
        .noneMatch(row -> row.contains("**–**"))
        .anyMatch(row -> row.startsWith("| process start to first answer, ms |"));
  }

  @Test
  @Timeout(180)
  @EnabledOnOs(value = OS.LINUX, disabledReason = "memory is read from /proc")
  void startWithEndpoint_aRound_hasFigures(@TempDir Path directory) throws IOException {
    assumeThat(REPOSITORY.resolve("cli/target/lib/muster-cli.jar")).exists();
    Path report = directory.resolve("start.md");

    int exitCode =
        BenchCommand.run(
            "start-with-endpoint", "--rounds", "1", "--warm-up", "0", "--write", report.toString());

    assertThat(exitCode).isZero();
    assertThat(Files.readAllLines(report))
        .anyMatch(row -> row.startsWith("| process start to greeting, ms |"));
  }

  @Test
  void pythonThatIsNotThere_isNamed() {
    assertThatThrownBy(() -> TorchPython.of("no-such-python"))
        .isInstanceOf(IOException.class)
        .hasMessage("there is no Python no-such-python; MUSTER_PYTHON can name one");
  }
}
