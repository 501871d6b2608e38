package io.muster.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The launcher script as process 1 of a PID namespace, as in a container. That needs root and
 * {@code unshare}; where one is missing the tests say so.
 */
@EnabledOnOs(OS.LINUX)
class InitIT {
  private static final List<String> IN_NAMESPACE =
      // A build that a shell runs in the background ignores SIGINT, and so would its children.
      List.of(
          "env",
          "--default-signal=INT",
          "unshare",
          "--pid",
          "--fork",
          "--kill-child",
          "--mount-proc");

  /** A process that ends when process 1 is its parent. */
  private static final String ORPHAN =
      """
      until grep -q '^PPid:[[:space:]]*1$' /proc/$$/status; do sleep 0.02; done
      echo $$ >orphan.new
      mv orphan.new orphan
      """;

  /** Says what has become of the orphan, and then waits for a signal. */
  private static final String WORKER =
      """
      (setsid sh orphan.sh &)
      until [ -e orphan ]; do sleep 0.02; done
      left=100
      while [ -e /proc/$(cat orphan) ] && [ $left -gt 0 ]; do
        sleep 0.05
        left=$((left - 1))
      done
      trap 'echo stopped; exit 0' TERM
      grep -H State /proc/$(cat orphan)/status 2>/dev/null || echo reaped
      while :; do sleep 0.05; done
      """;

  @TempDir private Path directory = Path.of("");

  @BeforeAll
  static void requireNamespaces() throws InterruptedException {
    List<String> command = new ArrayList<>(IN_NAMESPACE);
    command.add("true");
    String failure = "it cannot be started";
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      failure = process.waitFor() == 0 ? "" : output;
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    }
    if (!failure.isEmpty()) {
      String notTested = "NOT TESTED, no PID namespace can be made: " + failure;
      System.out.println(notTested);
      Assumptions.abort(notTested);
    }
  }

  /** The script of this module, as process 1. */
  private ProcessBuilder processOne(String... args) {
    List<String> command = new ArrayList<>(IN_NAMESPACE);
    command.add(Path.of("bin", "muster").toAbsolutePath().toString());
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove("MUSTER_JAVA_OPTS");
    return builder;
  }

  /** Sends a signal to process 1, which is the child of {@code unshare}. */
  private static void signal(Child unshare, String name) throws IOException, InterruptedException {
    ProcessHandle one = unshare.process().children().findFirst().orElseThrow();
    Process kill = new ProcessBuilder("kill", "-" + name, "" + one.pid()).start();
    assertThat(kill.waitFor()).isZero();
  }

  @Test
  void run_reapsOrphans_andStopsItsWorkers() throws IOException, InterruptedException {
    Files.writeString(directory.resolve("orphan.sh"), ORPHAN);
    try (Child child =
        new Child(directory, processOne("run", "--init", "-n", "1", "sh", "-c", WORKER))) {
      child.awaitOutputOrEnd();
      assertThat(child.out()).as(child.err()).isEqualTo("reaped\n");

      signal(child, "TERM");

      assertThat(child.exitCode()).as(child.err()).isEqualTo(143);
      assertThat(child.out()).isEqualTo("reaped\nstopped\n");
    }
  }

  /** A rank's exit code 101 or 1 is not one that the script translates. */
  @ParameterizedTest
  @CsvSource({"1", "101"})
  void run_exitCodeIsThatOfTheRank_whichHasTheInput(int code)
      throws IOException, InterruptedException {
    Path input = Files.writeString(directory.resolve("input"), code + "\n");
    ProcessBuilder builder =
        processOne("run", "--init", "--stdin=0", "-n", "1", "sh", "-c", "read code; exit $code")
            .redirectInput(input.toFile());
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).as(child.err()).isEqualTo(code);
    }
  }

  @ParameterizedTest
  @CsvSource({"TERM,143", "INT,130"})
  void serve_isStoppedByASignal(String signal, int code) throws IOException, InterruptedException {
    ProcessBuilder builder = processOne("serve", "--port=0", "--port-file=port");
    builder.environment().put("MUSTER_INIT", "true");
    try (Child child = new Child(directory, builder)) {
      child.awaitOutputOrEnd();

      signal(child, signal);

      assertThat(child.exitCode()).as(child.err()).isEqualTo(code);
      assertThat(directory.resolve("port")).doesNotExist();
    }
  }

  @Test
  void jvmThatIsProcessOne_refusesTheOption() throws IOException, InterruptedException {
    try (Child child = new Child(directory, processOne("run", "--role=a", "--init", "x.py"))) {
      assertThat(child.exitCode()).isEqualTo(ExitCode.MISUSE);
      assertThat(child.err()).contains("--init failed: process 1 is the JVM").hasLineCount(1);
    }
  }
}
