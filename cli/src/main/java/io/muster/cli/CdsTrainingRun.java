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

/**
 * The training run for the CDS archive. It is not a command: the launcher runs it once, and the JVM
 * archives the classes that it loads.
 */
final class CdsTrainingRun {
  private CdsTrainingRun() {}

  /** Runs commands against a server, and returns when the server has stopped. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path portFile = Files.createTempDirectory("muster").resolve("port");
    PipedOutputStream out = new PipedOutputStream();
    String[] serve = {"serve", "--port", "0", "--port-file", portFile.toString()};
    Thread server = new Thread(() -> Main.run(streams(out), serve), "server");
    try (BufferedReader greeting =
        new BufferedReader(
            new InputStreamReader(new PipedInputStream(out), StandardCharsets.UTF_8))) {
      server.start();
      String unusedLine = greeting.readLine();
      String endpoint = "127.0.0.1:" + Files.readString(portFile).strip();
      run("kv", "--endpoint", endpoint, "set", "key", "value");
      run("kv", "--endpoint", endpoint, "get", "key");
    } finally {
      server.interrupt();
      server.join();
      Files.delete(portFile.getParent());
    }
  }

  private static void run(String... args) {
    int unusedExitCode = Main.run(streams(OutputStream.nullOutputStream()), args);
  }

  private static Streams streams(OutputStream out) {
    return new Streams(InputStream.nullInputStream(), out, OutputStream.nullOutputStream());
  }
}
