package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Eventually;
import io.muster.fixtures.ProcessMark;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Failures that torchrun 2.13 reports with exit code 1 and a page of stack trace, whatever has
 * happened, under {@code muster run}. If torchrun is killed, its ranks go on.
 */
@EnabledOnOs(OS.LINUX)
class RunFailuresIT {
  /** Rank 0 fails because it is stopped, so it is not the cause. */
  private static final String CAUSE_IS_RANK_1 =
      "if [ $RANK = 1 ]; then echo cause; until [ -e up ]; do sleep 0.05; done; exit 9; fi;"
          + " trap 'exit 4' TERM; : >up; while :; do sleep 0.05; done";

  private static final String UP = "echo up; exec sleep 600";
  private static final String UP_WITH_CHILD = "sleep 600 & trap '' TERM; echo up; sleep 600";

  @TempDir private Path directory = Path.of("");

  /**
   * A comma separates words.
   *
   * @param signal sent to the launcher when a rank has written a line
   * @param output a part of standard output
   * @param message a part of the only line of {@code muster run}; null if there is none
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "rank exits with 7          | -n,2,sh,-c,exit 7              |      | 7   | | exit code 7",
        "rank dies of SIGSEGV       | --no_python,sh,-c,kill -SEGV $$ |     | 139 | | SIGSEGV (exit code"
            + " 139)",
        "command is missing         | -n,1,no-such-command           |      | 127 | | its command was not"
            + " found",
        "command is no program      | -n,1,/etc/passwd               |      | 126 | | its command cannot"
            + " be executed",
        "rank of another group fails | -n1,sh,-c,exit 0,:,-n,1,sh,-c,exit 9 | | 9   | | rank 1 failed"
            + " first",
        "rank number of two digits  | -n,12,-r,10:3,--log-dir,logs,sh,-c,echo $RANK | | 0 | [default11]:11 |",
        "ranks fail because of one  | -n,2,sh,-c,"
            + CAUSE_IS_RANK_1
            + " | | 9 | [default1]:cause | rank 1 failed first",
        "SIGTERM to the launcher    | -n,2,sh,-c," + UP + " | TERM | 143 | ]:up |",
        "SIGKILL of the launcher    | -n,2,sh,-c," + UP_WITH_CHILD + " | KILL | 137 | ]:up |",
      })
  void failure_ofTorchrun(
      String failure,
      String words,
      @Nullable String signal,
      int exitCode,
      @Nullable String output,
      @Nullable String message)
      throws IOException, InterruptedException {
    ProcessMark mark = new ProcessMark();
    ProcessBuilder builder =
        Child.muster(("run," + words.strip()).split(",", -1)).directory(directory.toFile());
    mark.put(builder);
    try (Child child = new Child(directory, builder)) {
      if (signal != null) {
        child.awaitOutputOrEnd();
        child.signal(signal);
      }

      assertThat(child.exitCode()).as(child.err()).isEqualTo(exitCode);
      assertThat(child.out()).contains(output == null ? "" : output);
      assertThat(child.err()).doesNotContain("\tat ");
      assertThat(child.err().lines().filter(line -> line.startsWith("muster run: ")))
          .hasSize(message == null ? 0 : 1)
          .allMatch(line -> message == null || line.contains(message));
      Eventually.assertThat(mark::count).isEqualTo(0L);
    }
  }
}
