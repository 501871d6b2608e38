package io.muster.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

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
    return run(input, System.getenv(), args);
  }

  /** Runs a command as if this process had other environment variables. */
  static Result runWithEnvironment(Map<String, String> environment, String... args) {
    return run(new byte[0], environment, args);
  }

  private static Result run(byte[] input, Map<String, String> environment, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Streams streams = new Streams(new ByteArrayInputStream(input), out, err);
    int exitCode = Main.run(streams, environment, args);
    return new Result(exitCode, out, err.toString(StandardCharsets.UTF_8));
  }
}
