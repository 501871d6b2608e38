package io.muster.launcher.internal.output;

import java.io.ByteArrayOutputStream;

/**
 * Writes the lines of one worker to a console, each with a prefix. Bytes are passed on as they are.
 * A line is written when it has ended, or when it has reached {@link #MAX_LINE} bytes: the rest
 * then follows as another line, so that the memory for a line is bounded.
 *
 * <p>Not thread-safe.
 */
final class PrefixedLines {
  /** The longest line that is written as one. */
  static final int MAX_LINE = 64 << 10;

  private final Console console;
  private final byte[] prefix;
  private final Bytes unfinished = new Bytes();
  private final Bytes finished = new Bytes();

  PrefixedLines(Console console, byte[] prefix) {
    this.console = console;
    this.prefix = prefix.clone();
  }

  void accept(byte[] bytes, int length) {
    int start = 0;
    for (int i = 0; i < length; i++) {
      boolean ends = bytes[i] == '\n';
      if (ends || unfinished.size() + i + 1 - start == MAX_LINE) {
        unfinished.write(bytes, start, i + (ends ? 0 : 1) - start);
        finishLine();
        start = i + 1;
      }
    }
    unfinished.write(bytes, start, length - start);
    flush();
  }

  private void finishLine() {
    finished.write(prefix, 0, prefix.length);
    unfinished.appendTo(finished);
    unfinished.reset();
    finished.write('\n');
  }

  private void flush() {
    console.write(finished.array(), finished.size());
    finished.reset();
  }

  /** Writes the last line, if no line end came. */
  void end() {
    if (unfinished.size() > 0) {
      finishLine();
      flush();
    }
  }

  /** Gives access to the array, to save copies. */
  private static final class Bytes extends ByteArrayOutputStream {
    byte[] array() {
      return buf;
    }

    void appendTo(Bytes target) {
      target.write(buf, 0, count);
    }
  }
}
