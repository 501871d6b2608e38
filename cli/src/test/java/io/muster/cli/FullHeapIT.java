package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.MusterException;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server whose heap something else fills to the last byte, so that not even a class can be looked
 * up by its name. Fault A1.
 *
 * <p>The same shape was looked for in what ends a server and its process, where nothing may need
 * memory either.
 */
@EnabledIfSystemProperty(
    named = "muster.test.fullHeap",
    matches = "true",
    disabledReason = "JVMs do not always go on after a heap was full to the last byte")
class FullHeapIT {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(40);

  @TempDir private Path directory;

  private Child serve(String backend, Duration full) throws IOException {
    return new Child(
        directory,
        new ProcessBuilder(
            Child.java(),
            "-Xmx32m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            FullHeapProcess.class.getName(),
            directory.resolve("fill").toString(),
            Long.toString(full.toMillis()),
            "serve",
            "--port",
            "0",
            "--backend",
            backend,
            "--port-file",
            directory.resolve("port").toString()));
  }

  /** Connects, and is refused or not served. */
  private static void bother(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(100);
      socket.getOutputStream().write(new byte[] {0});
      int unused = socket.getInputStream().read();
    } catch (IOException e) {
      return;
    }
  }

  private static boolean isServed(int port) {
    try (TcpStore store =
        TcpStore.connect(
            "127.0.0.1", port, TcpStoreOptions.builder().timeout(Duration.ofSeconds(2)).build())) {
      return store.add("key", 1) > 0;
    } catch (MusterException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"event-loop", "threaded"})
  void server_whoseHeapWasFull_servesAgain(String backend)
      throws IOException, InterruptedException {
    try (Child server = serve(backend, Duration.ofSeconds(2))) {
      int port = server.awaitPort(directory.resolve("port"));
      assertThat(isServed(port)).isTrue();
      Files.createFile(directory.resolve("fill"));

      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
      while (System.nanoTime() < end) {
        bother(port);
      }

      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (!isServed(port)) {
        assertThat(server.process().isAlive()).as(server.err()).isTrue();
        assertThat(System.nanoTime()).as("served again, %s", server.err()).isLessThan(deadline);
      }
    }
  }

  @Test
  void threadedServer_whoseHeapStaysFull_endsWithACodeOfItsOwn()
      throws IOException, InterruptedException {
    try (Child server = serve("threaded", Duration.ofMinutes(2))) {
      int port = server.awaitPort(directory.resolve("port"));
      Files.createFile(directory.resolve("fill"));

      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (server.process().isAlive()) {
        bother(port);
        assertThat(System.nanoTime()).as("end, %s", server.err()).isLessThan(deadline);
      }

      assertThat(server.exitCode()).as(server.err()).isEqualTo(ExitCode.SERVER_FAILED);
      assertThat(server.err()).contains("muster serve: the server has stopped by itself");
    }
  }
}
