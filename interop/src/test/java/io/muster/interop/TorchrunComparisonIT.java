package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The same command under torchrun and under {@code muster run}. */
@ExtendWith({PythonPyTorch.class, RecentTorchrun.class})
@Timeout(300)
class TorchrunComparisonIT {
  private static final String ENVIRONMENT =
      "env | grep -E '^(RANK|LOCAL_RANK|WORLD_SIZE|LOCAL_WORLD_SIZE|GROUP_|ROLE_|MASTER_|TORCH|OMP_"
          + "|NCCL_|CUDA_)' | sort >env.$GROUP_RANK.$RANK";

  @TempDir private Path directory = Path.of("");

  /** Two launchers of the same command. */
  private record Both(Launched torchrun, Launched muster) implements AutoCloseable {
    @Override
    public void close() {
      torchrun.close();
      muster.close();
    }
  }

  private Both run(Map<String, String> environment, List<String> args) throws IOException {
    return new Both(
        Launched.torchrun(directory.resolve("torchrun"), environment, args),
        musterRun(directory.resolve("muster"), environment, args));
  }

  private static Launched musterRun(
      Path directory, Map<String, String> environment, List<String> args) throws IOException {
    List<String> words = new ArrayList<>(List.of("run"));
    words.addAll(args);
    return Launched.muster(directory, environment, words);
  }

  private static List<String> sh(String options, String script, String... args) {
    List<String> words = new ArrayList<>(List.of(options.split(" ", -1)));
    words.addAll(List.of("--no-python", "sh", "-c", script, "sh"));
    words.addAll(List.of(args));
    return words;
  }

  /** Asserts that both end with 0, and that their workers wrote the same. */
  private static void assertSame(Both both) throws IOException, InterruptedException {
    assertThat(both.torchrun.exitCode()).as(both.torchrun.err()).isZero();
    assertThat(both.muster.exitCode()).as(both.muster.err()).isZero();
    assertThat(both.muster.lines()).isEqualTo(both.torchrun.lines()).isNotEmpty();
    assertThat(both.muster.errorLines()).isEqualTo(both.torchrun.errorLines());
  }

  @Test
  void environment_arguments_prefixes_andFiles_areTheSame()
      throws IOException, InterruptedException {
    String script = "echo out $RANK \"$@\"; echo worker: $RANK >&2; " + ENVIRONMENT;
    String options =
        "--nproc-per-node 2 --role trainer --max_restarts=2 --tee 3 --log-dir logs"
            + " --duplicate-stdout-filters 1";
    try (Both both = run(Map.of(), sh(options, script, "--role", "a b", "-r", ":"))) {
      assertSame(both);

      for (String file : List.of("env.0.0", "env.0.1")) {
        assertThat(both.muster.variables(file))
            .isEqualTo(both.torchrun.variables(file))
            .contains("ROLE_WORLD_SIZE=2");
      }
      assertThat(both.muster.logs()).isEqualTo(both.torchrun.logs()).hasSize(5);
    }
  }

  @Test
  void variablesInsteadOfOptions_areTheSame() throws IOException, InterruptedException {
    Map<String, String> variables =
        Map.of(
            "PET_NPROC_PER_NODE", "3",
            "PET_TEE", "3",
            "PET_LOCAL_RANKS_FILTER", "0,1",
            "PET_VIRTUAL_LOCAL_RANK", "1",
            "CUDA_VISIBLE_DEVICES", "5,6,7");
    String script = "echo $LOCAL_RANK $CUDA_VISIBLE_DEVICES; echo worker: $RANK >&2";
    try (Both both = run(variables, sh("--nnodes 1:1", script))) {
      assertSame(both);
    }
  }

  @Test
  void restartsAfterAFailure_areTheSame() throws IOException, InterruptedException {
    String script =
        """
        echo $TORCHELASTIC_RESTART_COUNT of $TORCHELASTIC_MAX_RESTARTS
        [ $TORCHELASTIC_RESTART_COUNT = 2 ] && exit 0
        [ $RANK = 1 ] && exit 3
        exec sleep 600
        """;
    try (Both both = run(Map.of(), sh("--nproc-per-node 2 --tee 1 --max-restarts 3", script))) {
      assertSame(both);
    }
  }

  @Test
  void modulesAndTheirArguments_areTheSame() throws IOException, InterruptedException {
    for (String name : List.of("torchrun", "muster")) {
      Path pack = Files.createDirectories(directory.resolve(name).resolve("pack"));
      Files.writeString(
          pack.resolve("mod.py"), "import sys; print(__name__, sys.argv[1:], __package__)");
    }
    List<String> args = List.of("-m", "pack.mod", "--flag", "-x=1", "--", "y");
    Map<String, String> python = Map.of("PYTHON_EXEC", PythonPyTorch.command());
    try (Both both = run(python, args)) {
      assertSame(both);
    }
  }

  @Test
  void ranksAndRolesOfTwoNodes_areTheSame() throws IOException, InterruptedException {
    for (String launcher : List.of("torchrun", "muster")) {
      String port = " --master-port " + FreePort.find();
      List<String> first =
          sh("--nnodes 2 --node-rank 0 --nproc-per-node 1 --role a" + port, ENVIRONMENT);
      List<String> second =
          sh("--nnodes 2 --node-rank 1 --nproc-per-node 2 --role b" + port, ENVIRONMENT);
      Path at = directory.resolve(launcher);
      boolean isTorchrun = launcher.equals("torchrun");
      try (Launched one =
              isTorchrun
                  ? Launched.torchrun(at.resolve("0"), Map.of(), first)
                  : musterRun(at.resolve("0"), Map.of(), first);
          Launched two =
              isTorchrun
                  ? Launched.torchrun(at.resolve("1"), Map.of(), second)
                  : musterRun(at.resolve("1"), Map.of(), second)) {
        assertThat(one.exitCode()).as(one.err()).isZero();
        assertThat(two.exitCode()).as(two.err()).isZero();
        Files.write(at.resolve("0.0"), one.variables("env.0.0"));
        Files.write(at.resolve("1.1"), two.variables("env.1.1"));
        Files.write(at.resolve("1.2"), two.variables("env.1.2"));
      }
    }

    for (String worker : List.of("0.0", "1.1", "1.2")) {
      assertThat(Files.readAllLines(directory.resolve("muster").resolve(worker)))
          .isEqualTo(Files.readAllLines(directory.resolve("torchrun").resolve(worker)))
          .contains("GROUP_WORLD_SIZE=2", "WORLD_SIZE=3");
    }
  }

  /** torchrun exits with 1 for every failure; {@code RunFailuresIT} has a table of them. */
  @Test
  void failure_hasItsOwnExitCode_andOneUnderTorchrun() throws IOException, InterruptedException {
    try (Both both = run(Map.of(), sh("--nproc-per-node 1", "exit 7"))) {
      assertThat(both.torchrun.exitCode()).isEqualTo(1);
      assertThat(both.muster.exitCode()).isEqualTo(7);
      assertThat(both.muster.err().lines().filter(line -> line.startsWith("muster run:")))
          .hasSize(1);
    }
  }

  @Test
  void stopped_isTheSignal_andOneUnderTorchrun() throws IOException, InterruptedException {
    String script = ": >up.$RANK; exec sleep 600";
    try (Both both = run(Map.of(), sh("--nproc-per-node 2", script))) {
      for (Launched one : List.of(both.torchrun, both.muster)) {
        one.awaitFile("up.0");
        one.awaitFile("up.1");
        one.terminate();
      }

      assertThat(both.torchrun.exitCode()).isEqualTo(1);
      assertThat(both.muster.exitCode()).isEqualTo(143);
    }
  }

  @Test
  void redirectsOfTenRanks_workHere_andNotUnderTorchrun() throws IOException, InterruptedException {
    String script = "[ $RANK -lt 10 ] || echo $RANK";
    String options = "--nproc-per-node 11 --redirects 10:1 --log-dir logs";
    try (Both both = run(Map.of(), sh(options, script))) {
      assertThat(both.torchrun.exitCode()).isEqualTo(1);
      assertThat(both.torchrun.err()).contains("does not match");
      assertThat(both.muster.exitCode()).as(both.muster.err()).isZero();
      assertThat(both.muster.logs()).containsEntry("attempt_0/10/stdout.log", "10\n");
    }
  }
}
