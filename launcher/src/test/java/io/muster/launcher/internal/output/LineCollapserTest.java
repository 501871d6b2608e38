package io.muster.launcher.internal.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Eventually;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LineCollapserTest {
  private final ByteArrayOutputStream sink = new ByteArrayOutputStream();
  private long now;
  private final LineCollapser collapser = new LineCollapser(new Console(sink), 3, () -> now);

  private void write(int rank, String... lines) {
    for (String line : lines) {
      collapser.accept(rank, line);
    }
  }

  private void passWindow() {
    now += LineCollapser.WINDOW.toNanos();
    collapser.writeDue();
  }

  private String written() {
    return sink.toString(StandardCharsets.UTF_8);
  }

  @Test
  void lineOfAllRanks_isOne_andNotDelayed() {
    write(2, "a");
    write(0, "a");
    assertThat(written()).isEmpty();

    write(1, "a");
    assertThat(written()).isEqualTo("[0-2]:a\n");
  }

  @Test
  void lineOfSomeRanks_isWrittenAfterTheWindow() {
    write(2, "a", "b");
    write(0, "a");

    passWindow();
    assertThat(written()).isEqualTo("[0,2]:a\n[2]:b\n");
  }

  @Test
  void lineAfterTheWindow_isAnotherOne() {
    write(0, "a");
    passWindow();
    write(1, "a");
    passWindow();

    assertThat(written()).isEqualTo("[0]:a\n[1]:a\n");
  }

  @Test
  void repeatsOfOneRank_areAllWritten() {
    write(0, "a", "a", "a");
    write(1, "a", "a");
    write(2, "a");
    passWindow();

    assertThat(written()).isEqualTo("[0-2]:a\n[0-1]:a\n[0]:a\n");
  }

  @Test
  void linesOfEachRank_keepTheirOrder() {
    write(0, "a", "b");
    write(1, "b", "a");
    passWindow();

    assertThat(written()).isEqualTo("[0]:a\n[0-1]:b\n[1]:a\n");
  }

  @Test
  void tooMuchHeldBack_isWritten() {
    String line = "x".repeat(1 << 20);
    for (int i = 0; i < 6; i++) {
      write(0, i + line);
    }

    assertThat(written().lines().map(text -> text.substring(0, 6)))
        .containsExactly("[0]:0x", "[0]:1x", "[0]:2x");
  }

  @Test
  void rankThatEndsBeforeTheNextStarts_isCollapsedWithIt() {
    for (int rank = 0; rank < 3; rank++) {
      assertThat(written()).isEmpty();
      LineSink only = collapser.sink(rank);
      only.line(new byte[] {'a'}, 1);
      only.end();
    }

    assertThat(written()).isEqualTo("[0-2]:a\n");
  }

  @Test
  void sinks_writeWithoutBeingAsked_andAllWhenFlushed() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LineCollapser real = new LineCollapser(new Console(out), 2);
    LineSink zero = real.sink(0);
    LineSink one = real.sink(1);
    zero.line(new byte[] {(byte) 0xe9, 'x'}, 1);

    Eventually.assertThat(() -> out.toString(StandardCharsets.ISO_8859_1))
        .isEqualTo("[0]:\u00e9\n");

    one.line(new byte[] {'b'}, 1);
    zero.end();
    one.end();
    real.flush();
    assertThat(out.toString(StandardCharsets.ISO_8859_1)).isEqualTo("[0]:\u00e9\n[1]:b\n");
  }
}
