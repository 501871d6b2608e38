package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code muster run} with real processes; failures are in {@link RunFailuresIT}. */
@EnabledOnOs(OS.LINUX)
class RunIT {
  @TempDir private Path directory = Path.of("");

  @Test
  void variable_standsForAnOption_andWordsOfTheProgramStayAsTheyAre()
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        Child.muster(
            "run", "--no-python", "sh", "-c", "echo $WORLD_SIZE $*", "sh", "--role", "x_y");
    builder.environment().put("PET_NPROC_PER_NODE", "2");
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).as(child.err()).isZero();
      assertThat(child.out().lines())
          .containsExactlyInAnyOrder("[default0]:2 --role x_y", "[default1]:2 --role x_y");
    }
  }

  /** What the Kubeflow Trainer sets for a job of one node. */
  @Test
  void variablesOfOneNode_areAccepted() throws IOException, InterruptedException {
    ProcessBuilder builder = Child.muster("run", "--no-python", "sh", "-c", "echo $GROUP_RANK");
    builder
        .environment()
        .putAll(Map.of("PET_NNODES", "1", "PET_NPROC_PER_NODE", "1", "PET_NODE_RANK", "0"));
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).as(child.err()).isZero();
      assertThat(child.out()).isEqualTo("0\n");
    }
  }

  /** The Kubeflow Trainer always sets the variable. */
  @Test
  void numbersOfRanks_takePrecedenceOverTheVariable() throws IOException, InterruptedException {
    ProcessBuilder builder =
        Child.muster("run", "-n", "1", "echo", "a", ":", "-n", "1", "echo", "b");
    builder.environment().put("PET_NPROC_PER_NODE", "auto");
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).as(child.err()).isZero();
      assertThat(child.out().lines()).containsExactlyInAnyOrder("[default0]:a", "[default1]:b");
    }
  }

  @Test
  void signal_isForwarded_andASecondOneKills() throws IOException, InterruptedException {
    String script = "trap 'echo usr1' USR1; trap '' TERM; echo up; while :; do sleep 0.1; done";
    ProcessBuilder builder =
        Child.muster(
            "run", "--signals-to-handle", "SIGUSR1,SIGTERM", "-n", "1", "sh", "-c", script);
    try (Child child = new Child(directory, builder)) {
      child.awaitOutputOrEnd();

      child.signal("USR1");
      Eventually.assertThat(() -> outputOf(child)).isEqualTo("up\nusr1\n");
      child.signal("TERM");

      assertThat(child.exitCode()).isEqualTo(138);
    }
  }

  private static String outputOf(Child child) {
    try {
      return child.out();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void virtualLocalRank_isZero_withOneDeviceEach() throws IOException, InterruptedException {
    ProcessBuilder builder =
        Child.muster(
            "run",
            "--virtual-local-rank",
            "-n",
            "2",
            "sh",
            "-c",
            "echo $LOCAL_RANK $CUDA_VISIBLE_DEVICES");
    builder.environment().put("CUDA_VISIBLE_DEVICES", "4,7");
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).as(child.err()).isZero();
      assertThat(child.out().lines()).containsExactlyInAnyOrder("[default0]:0 4", "[default1]:0 7");
    }
  }
}
