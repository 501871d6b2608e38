package io.muster.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A running {@code ./muster serve} on a free port. */
final class MusterServe implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("Listening on 127\\.0\\.0\\.1:(\\d+).*");

  private final Process process;
  private final int port;

  private MusterServe(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts it, and returns once it listens. */
  static MusterServe start(String backend) throws IOException {
    Process process =
        new ProcessBuilder(
                PythonTorch.ROOT.resolve("muster").toString(),
                "serve",
                "--port",
                "0",
                "--backend",
                backend)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output =
        new BufferedReader(
            new java.io.InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = output.readLine();
    Matcher listening = LISTENING.matcher(String.valueOf(line));
    if (!listening.matches()) {
      process.destroyForcibly();
      throw new AssertionError("muster serve began with: " + line);
    }
    return new MusterServe(process, Integer.parseInt(listening.group(1)));
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
