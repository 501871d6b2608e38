package io.muster.launcher.internal.output;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A file with the lines of several workers that contain one of several texts. Each line has a
 * prefix. A failure to write ends the file, and not the workers.
 *
 * <p>Thread-safe.
 */
public final class FilteredLog implements Closeable {
  private final List<byte[]> texts;
  private final OutputStream file;
  private final Console lines;

  private FilteredLog(List<byte[]> texts, OutputStream file) {
    this.texts = texts;
    this.file = file;
    this.lines = new Console(file);
  }

  /**
   * Creates the file.
   *
   * @param texts at least one of which a line has to contain; if there are none, there is no file
   * @throws IOException if the file cannot be created
   */
  public static FilteredLog open(Path path, List<String> texts) throws IOException {
    List<byte[]> bytes = texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    return new FilteredLog(
        bytes, texts.isEmpty() ? OutputStream.nullOutputStream() : Files.newOutputStream(path));
  }

  /** A sink of one worker: passes all lines on, and writes those that match. */
  public LineSink and(LineSink all, byte[] prefix) {
    return texts.isEmpty() ? all : new Sink(all, new PrefixedLines(lines, prefix));
  }

  private boolean matches(byte[] line, int length) {
    return texts.stream().anyMatch(text -> contains(line, length, text));
  }

  private static boolean contains(byte[] line, int length, byte[] text) {
    for (int i = 0; i + text.length <= length; i++) {
      if (Arrays.equals(line, i, i + text.length, text, 0, text.length)) {
        return true;
      }
    }
    return false;
  }

  /** Closes the file. Lines that follow are not written. */
  @Override
  public void close() throws IOException {
    file.close();
  }

  private final class Sink implements LineSink {
    private final LineSink all;
    private final LineSink matching;

    Sink(LineSink all, LineSink matching) {
      this.all = all;
      this.matching = matching;
    }

    @Override
    public void line(byte[] bytes, int length) {
      all.line(bytes, length);
      if (matches(bytes, length)) {
        matching.line(bytes, length);
      }
    }

    @Override
    public void flush() {
      all.flush();
      matching.flush();
    }

    @Override
    public void end() {
      all.end();
    }
  }
}
