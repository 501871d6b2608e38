package io.muster.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The training run for the CDS archive. It is not a command: the launcher runs it once, and the JVM
 * archives the classes that it loads.
 */
final class CdsTrainingRun {
  private CdsTrainingRun() {}

  /** Runs commands against a server, and returns when the server has stopped. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("muster");
    Path portFile = directory.resolve("port");
    // The user's variables are for the user's server, and its record for other commands.
    Map<String, String> environment = Map.of("XDG_RUNTIME_DIR", directory.toString());
    PipedOutputStream out = new PipedOutputStream();
    String[] serve = {"serve", "--port", "0", "--port-file", portFile.toString()};
    Thread server = new Thread(() -> Main.run(streams(out), environment, serve), "server");
    try (BufferedReader greeting =
        new BufferedReader(
            new InputStreamReader(new PipedInputStream(out), StandardCharsets.UTF_8))) {
      server.start();
      String unusedLine = greeting.readLine();
      String endpoint = "127.0.0.1:" + Files.readString(portFile).strip();
      run(environment, "kv", "--endpoint", endpoint, "set", "key", "value");
      run(environment, "kv", "--endpoint", endpoint, "get", "key");
      run(environment, "job", "list");
    } finally {
      server.interrupt();
      server.join();
      Files.delete(directory.resolve("muster"));
      Files.delete(directory);
    }
  }

  private static void run(Map<String, String> environment, String... args) {
    int unusedExitCode = Main.run(streams(OutputStream.nullOutputStream()), environment, args);
  }

  private static Streams streams(OutputStream out) {
    return new Streams(InputStream.nullInputStream(), out, OutputStream.nullOutputStream());
  }
}
