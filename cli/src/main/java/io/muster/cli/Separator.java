package io.muster.cli;

import java.io.ByteArrayOutputStream;
import picocli.CommandLine.Option;

/** The terminator of each printed key or value: a line end, or NUL. */
final class Separator {
  @Option(
      names = {"-0", "--null"},
      description = "End each with NUL instead of a line end, for xargs -0.")
  private boolean nul;

  void print(Streams streams, byte[] bytes) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(bytes.length + 1);
    line.writeBytes(bytes);
    line.write(nul ? 0 : '\n');
    streams.write(line.toByteArray());
  }
}
