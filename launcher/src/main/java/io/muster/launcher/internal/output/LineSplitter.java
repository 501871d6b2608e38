package io.muster.launcher.internal.output;

/**
 * Splits what a worker writes into lines. Bytes are passed on as they are. A line is passed on when
 * it has ended, or when it has reached {@link #MAX_LINE} bytes: the rest then follows as another
 * line, so that the memory for a line is bounded.
 *
 * <p>Not thread-safe.
 */
final class LineSplitter {
  /** The longest line that is passed on as one. */
  static final int MAX_LINE = 64 << 10;

  private final LineSink sink;
  private final ByteBuilder unfinished = new ByteBuilder();

  LineSplitter(LineSink sink) {
    this.sink = sink;
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
    sink.flush();
  }

  private void finishLine() {
    sink.line(unfinished.array(), unfinished.size());
    unfinished.reset();
  }

  /** Passes on the last line, if no line end came. */
  void end() {
    if (unfinished.size() > 0) {
      finishLine();
      sink.flush();
    }
    sink.end();
  }
}
