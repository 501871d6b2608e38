package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code muster run} with real processes. */
@EnabledOnOs(OS.LINUX)
class RunIT {
  @TempDir private Path directory = Path.of("");

  /** What torchrun answers with 1 and a stack trace. A comma separates words. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-n,2,sh,-c,exit 7                    | 7   | exit code 7",
        "--no_python,sh,-c,kill -SEGV $$      | 139 | SIGSEGV (exit code 139)",
        "-n,1,no-such-command                 | 127 | its command was not found",
        "-n,1,/etc/passwd                     | 126 | its command cannot be executed",
        "-n,12,-r,10:3,sh,-c,exit $((RANK/11)) | 1  | rank 11 failed first",
        "-n1,sh,-c,exit 0,:,-n,1,sh,-c,exit 9 | 9   | rank 1 failed first",
        "--rdzv-backend=etcd,x.py             | 2   | --rdzv-backend is not supported",
        "--numa_binding,node,x.py             | 2   | --numa-binding is not supported",
        "--nnodes,1:4,x.py                    | 2   | --nnodes 1:4 is not supported",
        "--fly,x.py                           | 2   | --fly",
      })
  void failure_hasItsExitCode(String words, int exitCode, String message)
      throws IOException, InterruptedException {
    String[] args = ("run," + words.strip()).split(",", -1);
    try (Child child = new Child(directory, Child.muster(args))) {
      assertThat(child.exitCode()).as(child.err()).isEqualTo(exitCode);
      assertThat(child.err()).contains(message).doesNotContain("\tat ");
    }
  }

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

  @ParameterizedTest
  @CsvSource({"PET_NODE_RANK, --node-rank 1", "PET_RDZV_ENDPOINT, PET_RDZV_ENDPOINT is set"})
  void variableThatIsNotSupported_isRefused(String variable, String message)
      throws IOException, InterruptedException {
    ProcessBuilder builder = Child.muster("run", "--no-python", "true");
    builder.environment().put(variable, "1");
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isEqualTo(2);
      assertThat(child.err()).contains(message);
    }
  }

  @Test
  void sigterm_stopsTheWorkers_exitCodeIs143() throws IOException, InterruptedException {
    ProcessBuilder builder = Child.muster("run", "-n", "2", "sh", "-c", "echo up; exec sleep 600");
    try (Child child = new Child(directory, builder)) {
      child.awaitOutputOrEnd();

      child.process().destroy();

      assertThat(child.exitCode()).isEqualTo(143);
    }
  }
}
