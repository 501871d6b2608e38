package io.muster.launcher.internal.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PrefixedLinesTest {
  private final ByteArrayOutputStream sink = new ByteArrayOutputStream();
  private final LineSplitter lines =
      new LineSplitter(new PrefixedLines(new Console(sink), bytes("> ")));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private void write(String text) {
    lines.accept(bytes(text), text.length());
  }

  private String written() {
    return sink.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void line_isWrittenOnceItHasEnded() {
    write("a\nb");
    assertThat(written()).isEqualTo("> a\n");

    write("c\n\nd");
    assertThat(written()).isEqualTo("> a\n> bc\n> \n");

    lines.end();
    lines.end();
    assertThat(written()).isEqualTo("> a\n> bc\n> \n> d\n");
  }

  @Test
  void bytes_passAsTheyAre() {
    write("\u00ff\u0000\u001b[31m\r\n");

    assertThat(written()).isEqualTo("> \u00ff\u0000\u001b[31m\r\n");
  }

  @Test
  void longLine_isWrittenInParts() {
    String part = "x".repeat(LineSplitter.MAX_LINE);

    write(part + "y\n");
    write(part + part);
    write("z\n");

    assertThat(written()).isEqualTo("> " + part + "\n> y\n> " + part + "\n> " + part + "\n> z\n");
  }

  @Test
  void sinkThatFails_isNotUsedAgain() {
    int[] writes = {0};
    LineSink broken =
        new PrefixedLines(
            new Console(
                new OutputStream() {
                  @Override
                  public void write(int b) throws IOException {
                    writes[0]++;
                    throw new IOException("test");
                  }
                }),
            new byte[0]);

    LineSplitter splitter = new LineSplitter(broken);
    splitter.accept(bytes("a\nb\n"), 4);
    splitter.accept(bytes("c\n"), 2);

    assertThat(writes[0]).isEqualTo(1);
  }
}
