package io.muster.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final StringBuilder console = new StringBuilder();

  private static void write(Progress progress, String text) throws IOException {
    progress.write(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void steps_areLinesWithoutATerminal() throws IOException {
    Progress progress = new Progress(2, false, console::append);

    write(progress, "1 started Java 17\nnoise\n1 other x\n0 met a gr");
    write(progress, "oup\u001b[2J of 2\n");

    assertThat(console.toString())
        .isEqualTo("rank 1 started: Java 17\nrank 0 met: a group\\u001b[2J of 2\n");
  }

  @Test
  void steps_areMarksOnATerminal_whichAreDrawnAgain() throws IOException {
    Progress progress = new Progress(2, true, console::append);
    assertThat(console.toString())
        .matches("(\r\u001b\\[Krank [01] [^\n]*\n){2}")
        .doesNotContain("[x]");
    console.setLength(0);

    write(progress, "1 started Java 17\n");

    assertThat(console.toString())
        .startsWith("\u001b[2A\r\u001b[Krank 0 ")
        .containsPattern("rank 1  Java 17 +\\[x\\] started \\[ \\] keys \\[ \\] met");
  }

  @Test
  void rows_fitATerminalOf80Columns() throws IOException {
    Progress progress = new Progress(1, true, console::append);

    write(progress, "0 started " + "x".repeat(100) + "\n");

    assertThat(console.toString().replaceAll("\u001b\\[[0-9]*[A-Z]|\r", "").lines())
        .isNotEmpty()
        .allMatch(row -> row.length() < 80);
  }

  @Test
  void allStepsOfAllRanks_areComplete() throws IOException {
    Progress progress = new Progress(2, false, console::append);
    for (Step step : Step.values()) {
      write(progress, "0 " + step.word() + " x\n");
    }
    write(progress, "1 started x\n1 keys x\n1 met x\n");
    assertThat(progress.isComplete()).isFalse();

    write(progress, "1 reduced x\n");
    assertThat(progress.isComplete()).isTrue();
  }
}
