package io.muster.launcher.internal.output;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A stream that several workers share, such as standard output. Each write is complete before the
 * next one begins. After a write has failed, for example because the reader of a pipe has ended,
 * nothing more is written, and the workers go on.
 */
public final class Console {
  private final OutputStream sink;
  private boolean broken;

  public Console(OutputStream sink) {
    this.sink = sink;
  }

  /** Writes and flushes. Blocks while the sink does, and while another worker writes. */
  synchronized void write(byte[] bytes, int length) {
    if (broken || length == 0) {
      return;
    }
    try {
      sink.write(bytes, 0, length);
      sink.flush();
    } catch (IOException e) {
      broken = true;
    }
  }
}
