package io.muster.cli;

import java.io.ByteArrayOutputStream;
import picocli.CommandLine.Option;

/** What goes behind each of several keys or values: the end of a line, or NUL. */
final class Separator {
  @Option(
      names = {"-0", "--null"},
      description = "Put NUL rather than the end of a line behind each, for xargs -0.")
  private boolean nul;

  void print(Streams streams, byte[] bytes) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(bytes.length + 1);
    line.writeBytes(bytes);
    line.write(nul ? 0 : '\n');
    streams.write(line.toByteArray());
  }
}
