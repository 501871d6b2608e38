package io.muster.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.Eventually;
import io.muster.store.NetworkException;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EnabledOnOs(OS.LINUX)
class LauncherIT {
  @TempDir private Path directory = Path.of("");

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  @Test
  void workers_succeed_resultIsSuccess() {
    try (Launch launch = Launch.start(Launch.sh(3, "echo out $RANK; echo err $RANK >&2"))) {
      LaunchResult result = launch.result();

      assertThat(result.exitCode()).isZero();
      assertThat(result.isSuccess()).isTrue();
      assertThat(result.failure()).isEmpty();
      assertThat(result.summary()).isEqualTo("all workers succeeded");
      assertThat(launch.out().lines())
          .containsExactlyInAnyOrder("[default0]:out 0", "[default1]:out 1", "[default2]:out 2");
      assertThat(launch.err().lines())
          .containsExactlyInAnyOrder("[default0]:err 0", "[default1]:err 1", "[default2]:err 2");
    }
  }

  @Test
  void worker_hasTheEnvironmentOfTorchrun() throws IOException {
    WorldSpec.Builder spec =
        Launch.sh(2, "env >" + file("$RANK"))
            .role("trainer")
            .runId("run-1")
            .maxRestarts(2)
            .environment(Map.of("EXTRA", "value", "RANK", "not this"));
    try (Launch launch = Launch.start(spec)) {
      assertThat(launch.result().exitCode()).isZero();
      assertThat(Files.readAllLines(directory.resolve("1")))
          .contains(
              "RANK=1",
              "LOCAL_RANK=1",
              "WORLD_SIZE=2",
              "LOCAL_WORLD_SIZE=2",
              "GROUP_RANK=0",
              "GROUP_WORLD_SIZE=1",
              "ROLE_NAME=trainer",
              "ROLE_RANK=1",
              "ROLE_WORLD_SIZE=2",
              "MASTER_ADDR=127.0.0.1",
              "MASTER_PORT=" + launch.launcher().port(),
              "TORCHELASTIC_RESTART_COUNT=0",
              "TORCHELASTIC_MAX_RESTARTS=2",
              "TORCHELASTIC_RUN_ID=run-1",
              "TORCHELASTIC_USE_AGENT_STORE=True",
              "TORCH_NCCL_ASYNC_ERROR_HANDLING=1",
              "OMP_NUM_THREADS=" + System.getenv().getOrDefault("OMP_NUM_THREADS", "1"),
              "EXTRA=value")
          .anyMatch(line -> line.matches("TORCHELASTIC_ERROR_FILE=/.*/attempt_0/1/error.json"));
    }
  }

  /** What torchrun answers with 1, whatever happened. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit 7          | 7   | exit code 7",
        "kill -SEGV $$   | 139 | SIGSEGV (exit code 139)",
        "kill -KILL $$   | 137 | SIGKILL (exit code 137)",
        "exec /no/such   | 127 | exit code 127: its command was not found",
        "exec /etc/passwd | 126 | exit code 126: its command cannot be executed",
      })
  void worker_fails_exitCodeIsItsOwn(String script, int exitCode, String described) {
    LaunchResult result = Launch.run(Launch.sh(1, script));

    assertThat(result.exitCode()).isEqualTo(exitCode);
    assertThat(result.failure().orElseThrow().exitCode()).isEqualTo(exitCode);
    assertThat(result.summary())
        .startsWith("rank 0 failed first (local rank 0 on ")
        .endsWith("): " + described);
  }

  @ParameterizedTest
  @CsvSource({"no-such-command, 127", "/etc/passwd, 126"})
  void command_cannotStart_exitCodeIsThatOfShells(String command, int exitCode) {
    LaunchResult result = Launch.run(WorldSpec.builder().workers(2, List.of(command)));

    assertThat(result.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void worker_fails_othersAreStopped() {
    String script =
        """
        [ $RANK = 1 ] && exit 5
        trap 'exit 0' TERM
        while :; do sleep 0.1; done
        """;
    try (Launch launch = Launch.start(Launch.sh(3, script))) {
      LaunchResult result = launch.result();

      assertThat(result.exitCode()).isEqualTo(5);
      assertThat(result.failure().orElseThrow().worker().rank()).isEqualTo(1);
    }
  }

  @Test
  void worker_ignoresTerm_isKilled() {
    String script = "trap '' TERM; [ $RANK = 1 ] && exit 5; while :; do sleep 0.1; done";

    LaunchResult result = Launch.run(Launch.sh(2, script).shutdownTimeout(Duration.ofMillis(300)));

    assertThat(result.exitCode()).isEqualTo(5);
  }

  @Test
  void message_isThatOfTheErrorFile() {
    String script =
        """
        printf '{"message": {"message": "ValueError: \\\\u001b[31mred"}}' >$TORCHELASTIC_ERROR_FILE
        exit 3
        """;

    LaunchResult result = Launch.run(Launch.sh(1, script));

    assertThat(result.failure().orElseThrow().message()).hasValue("ValueError: \u001b[31mred");
    assertThat(result.summary()).endsWith(": exit code 3: ValueError: \\u001b[31mred");
  }

  /** The rank that failed first may need longer to end than those that failed because of it. */
  @Test
  void firstFailure_isTheOneThatSaysSoFirst() {
    String script =
        """
        if [ $RANK = 0 ]; then
          trap '' TERM
          printf '{"message": "cause"}' >$TORCHELASTIC_ERROR_FILE
          : >DIR/written
          while [ ! -e DIR/failed ]; do sleep 0.05; done
          exit 8
        fi
        while [ ! -e DIR/written ]; do sleep 0.05; done
        : >DIR/failed
        exit 9
        """
            .replace("DIR", directory.toString());

    LaunchResult result = Launch.run(Launch.sh(2, script));

    assertThat(result.exitCode()).isEqualTo(8);
    assertThat(result.summary()).contains("rank 0 failed first").endsWith(": cause");
  }

  @Test
  void stop_sendsTheSignal() {
    String script = "trap 'echo got it; exit 0' USR1; echo ready; while :; do sleep 0.05; done";
    try (Launch launch = Launch.start(Launch.sh(2, script))) {
      Eventually.assertThat(() -> launch.out().lines().count()).isEqualTo(2L);

      // A build in the background ignores SIGINT, and so would its children.
      launch.launcher().stop("USR1");

      assertThat(launch.result().exitCode()).isEqualTo(138);
      assertThat(launch.result().signal()).hasValue("USR1");
      assertThat(launch.out().lines().filter(line -> line.endsWith("got it"))).hasSize(2);
    }
  }

  @Test
  void stop_duringRestarts_isNotFollowedByOne() {
    try (Launch launch = Launch.start(Launch.sh(1, "sleep 600").maxRestarts(5))) {
      launch.awaitStarted();

      launch.launcher().stop();

      LaunchResult result = launch.result();
      assertThat(result.exitCode()).isEqualTo(143);
      assertThat(result.attempts()).isEqualTo(1);
    }
  }

  @Test
  void stop_unknownSignal_isRefused() {
    try (Launch launch = Launch.start(Launch.sh(1, "sleep 600"))) {
      assertThatThrownBy(() -> launch.launcher().stop("TERM 1"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected one of");
    }
  }

  @Test
  void failedAttempt_isRestartedWithFreshKeys() {
    String script =
        """
        [ $TORCHELASTIC_RESTART_COUNT = 2 ] && exit 0
        [ $RANK = 0 ] && exit 4
        exec sleep 600
        """;
    try (Launch launch = Launch.start(Launch.sh(2, script).maxRestarts(3))) {
      int port = launch.launcher().port();
      LaunchResult result = launch.result();

      assertThat(result.exitCode()).isZero();
      assertThat(result.attempts()).isEqualTo(3);
      assertThat(launch.launcher().port()).isEqualTo(port);
      assertThat(Stream.generate(launch::awaitEvent).limit(15))
          .contains("restarting 1 after 4", "restarting 2 after 4", "finished 0")
          .doesNotContain("restarting 3 after 4");
    }
  }

  @Test
  void restart_forgetsKeysAndKeepsThePort() {
    String script = "[ $TORCHELASTIC_RESTART_COUNT = 0 ] && exec sleep 600; exec sleep 601";
    try (Launch launch = Launch.start(Launch.sh(1, script).maxRestarts(1))) {
      WorkerInfo first = launch.awaitStarted();
      int port = launch.launcher().port();
      try (TcpStore store = TcpStore.connect("127.0.0.1", port)) {
        store.set("key", "value");
      }

      ProcessHandle.of(first.pid()).orElseThrow().destroy();

      assertThat(launch.awaitStarted().attempt()).isEqualTo(1);
      try (TcpStore store = TcpStore.connect("127.0.0.1", port)) {
        assertThat(store.check("key")).isFalse();
      }
    }
  }

  @Test
  void restarts_areUsedUp_exitCodeIsThatOfTheLastAttempt() {
    LaunchResult result =
        Launch.run(Launch.sh(1, "exit $((10 + TORCHELASTIC_RESTART_COUNT))").maxRestarts(2));

    assertThat(result.exitCode()).isEqualTo(12);
    assertThat(result.attempts()).isEqualTo(3);
    assertThat(result.summary()).contains(" in the last of 3 attempts ");
  }

  @Test
  void files_areWhereTorchrunHasThem() throws IOException {
    String script = "printf out$RANK; echo err$RANK >&2";
    try (Launch launch =
        Launch.start(
            Launch.sh(12, script).runId("a/b"),
            OutputOptions.builder()
                .logDirectory(directory)
                .redirects(StreamSelector.parse("10:3"))
                .tees(StreamSelector.parse("11:1")))) {
      assertThat(launch.result().exitCode()).isZero();

      Path run;
      try (Stream<Path> runs = Files.list(directory)) {
        run = runs.findFirst().orElseThrow();
      }
      assertThat(run.getFileName().toString()).startsWith("a_b_");
      assertThat(run.resolve("attempt_0/10/stdout.log")).hasContent("out10");
      assertThat(run.resolve("attempt_0/10/stderr.log")).hasContent("err10\n");
      assertThat(run.resolve("attempt_0/11/stdout.log")).hasContent("out11");
      assertThat(run.resolve("attempt_0/11/stderr.log")).doesNotExist();
      assertThat(run.resolve("attempt_0/9/stdout.log")).doesNotExist();
      assertThat(launch.out()).contains("[default11]:out11\n").doesNotContain("out10");
      assertThat(launch.err()).contains("[default11]:err11\n").doesNotContain("err10");
    }
  }

  @Test
  void logDirectory_alone_keepsEverything() throws IOException {
    try (Launch launch =
        Launch.start(
            Launch.sh(2, "echo out$RANK"),
            OutputOptions.builder()
                .logDirectory(directory)
                .consoleRanks(Set.of(1))
                .prefix("${hostname} ${role_name} ${rank}/${local_rank} "))) {
      assertThat(launch.result().exitCode()).isZero();

      assertThat(launch.out()).endsWith(" default 1/1 out1\n").hasLineCount(1);
      try (Stream<Path> files = Files.walk(directory)) {
        assertThat(files.filter(file -> file.endsWith("stdout.log"))).hasSize(2);
      }
    }
  }

  @Test
  void linesThatMatchAFilter_areInOneFileOfTheAttempt() throws IOException {
    String script = "echo step $RANK; echo loss $RANK; echo 'a,b' >&2; echo loss >&2";
    try (Launch launch =
        Launch.start(
            Launch.sh(3, script),
            OutputOptions.builder()
                .logDirectory(directory)
                .tees(StreamSelector.ALL)
                .consoleRanks(Set.of(1, 2))
                .filters(List.of("los", "nothing"), List.of("a,b"))
                .colored(true))) {
      assertThat(launch.result().exitCode()).isZero();

      try (Stream<Path> runs = Files.list(directory)) {
        Path attempt = runs.findFirst().orElseThrow().resolve("attempt_0");
        assertThat(Files.readAllLines(attempt.resolve("filtered_stdout.log")))
            .containsExactlyInAnyOrder("[default1]:loss 1", "[default2]:loss 2");
        assertThat(Files.readAllLines(attempt.resolve("filtered_stderr.log")))
            .containsExactlyInAnyOrder("[default1]:a,b", "[default2]:a,b");
      }
      assertThat(launch.out()).contains("step 1", "loss 2").doesNotContain("step 0");
    }
  }

  @Test
  void equalLines_areCollapsed_filesAreComplete() throws IOException {
    String script =
        """
        : >DIR/started.$RANK
        for rank in 0 1 2 3; do
          while [ ! -e DIR/started.$rank ]; do sleep 0.05; done
        done
        echo same
        [ $RANK = 2 ] || echo most
        echo $RANK
        """
            .replace("DIR", directory.toString());
    try (Launch launch =
        Launch.start(
            Launch.sh(4, script),
            OutputOptions.builder().collapsed(true).logDirectory(directory))) {
      assertThat(launch.result().exitCode()).isZero();

      assertThat(launch.out().lines())
          .allMatch(line -> line.matches("\\[[0-9,-]+\\]:(same|most|[0-3])"))
          .contains("[0]:0", "[3]:3");
      assertThat(launch.out().lines().filter(line -> line.endsWith(":same"))).hasSizeLessThan(4);
      try (Stream<Path> files = Files.walk(directory)) {
        assertThat(files.filter(file -> file.endsWith("stdout.log")))
            .allSatisfy(file -> assertThat(Files.readString(file)).startsWith("same\n"));
      }
    }
  }

  @Test
  void input_goesToRankZeroOnly() {
    try (Launch launch =
        Launch.start(
            Launch.sh(2, "cat"),
            OutputOptions.builder().input(new ByteArrayInputStream(new byte[] {'h', 'i', '\n'})))) {
      assertThat(launch.result().exitCode()).isZero();
      assertThat(launch.out()).isEqualTo("[default0]:hi\n");
    }
  }

  @Test
  void descendants_endWithTheirWorker() throws IOException {
    String script = "sleep 600 & echo $! >" + file("pid");

    assertThat(Launch.run(Launch.sh(1, script)).exitCode()).isZero();

    long pid = Long.parseLong(Files.readString(directory.resolve("pid")).strip());
    Eventually.assertThat(() -> ProcessHandle.of(pid).isPresent()).isEqualTo(false);
  }

  @Test
  void watcher_killed_isReplaced() {
    try (Launch launch = Launch.start(Launch.sh(1, "sleep 600"))) {
      WorkerInfo worker = launch.awaitStarted();
      ProcessHandle watcher =
          ProcessHandle.current()
              .children()
              .filter(child -> child.pid() != worker.pid())
              .filter(
                  child ->
                      String.join(" ", child.info().arguments().orElseThrow())
                          .contains("muster-watcher"))
              .findFirst()
              .orElseThrow();
      watcher.destroyForcibly();

      launch.launcher().stop();

      assertThat(launch.result().exitCode()).isEqualTo(143);
    }
  }

  @Test
  void port_taken_isAnException() {
    try (StoreServer other = StoreServer.start()) {
      WorldSpec spec = Launch.sh(1, "exit 0").master("127.0.0.1", other.port()).build();

      assertThatThrownBy(() -> Launcher.start(spec))
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("EADDRINUSE");
    }
  }

  @Test
  void javaWorker_throws_itsStackTraceIsInTheResult() {
    List<String> command =
        ChildProcess.javaCommand(List.of(), MusterWorker.class, Failing.class.getName(), "why");

    LaunchResult result = Launch.run(WorldSpec.builder().workers(1, command));

    assertThat(result.exitCode()).isEqualTo(1);
    WorkerExit failure = result.failure().orElseThrow();
    assertThat(failure.message()).hasValue("java.lang.IllegalStateException: why");
    assertThat(failure.stackTrace()).contains("LauncherIT$Failing.main");
  }

  /** A worker whose main method throws while another thread goes on. */
  static final class Failing {
    private Failing() {}

    public static void main(String[] args) {
      new Thread(Failing::block).start();
      throw new IllegalStateException(args[0]);
    }

    private static void block() {
      LockSupport.park();
    }
  }
}
