package io.muster.launcher.internal.output;

/** Takes the output of one worker, line by line. Used by one thread. */
public interface LineSink {
  /** Takes a line without its end. The array is only valid during the call. */
  void line(byte[] bytes, int length);

  /** Called after the lines that were read together. */
  void flush();

  /** Called after the last line. */
  void end();
}
