package io.muster.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Runs commands in this process. */
final class Cli {
  private Cli() {}

  /** What a command left behind. */
  record Result(int exitCode, ByteArrayOutputStream output, String err) {
    byte[] outBytes() {
      return output.toByteArray();
    }

    String out() {
      return output.toString(StandardCharsets.UTF_8);
    }
  }

  static Result run(String... args) {
    return runWithInput(new byte[0], args);
  }

  static Result runWithInput(byte[] input, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode = Main.run(new Streams(new ByteArrayInputStream(input), out, err), args);
    return new Result(exitCode, out, err.toString(StandardCharsets.UTF_8));
  }
}
