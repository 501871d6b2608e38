package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.store.MusterException;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code muster serve --data-dir} as a process that is killed and started again. */
@EnabledOnOs(OS.LINUX)
class DurableServeIT {
  private static final int CLIENTS = 4;
  private static final int KILLS = 3;
  private static final int ANSWERS_BEFORE_THE_KILL = 150;

  @TempDir private Path directory = Path.of("");

  private Path data() {
    return directory.resolve("data");
  }

  private Child serve(int round, String... options) throws IOException {
    ProcessBuilder builder =
        Child.muster(
            "serve", "--no-admin", "--data-dir", data().toString(), "--port", "0", "--port-file");
    builder.command().add(portFile(round).toString());
    builder.command().addAll(List.of(options));
    return new Child(Files.createDirectories(directory.resolve("run" + round)), builder);
  }

  private Path portFile(int round) throws IOException {
    return Files.createDirectories(directory.resolve("run" + round)).resolve("port");
  }

  /** What one client has written, as far as it was acknowledged. */
  private static final class Writer {
    private final int number;
    private long added;
    private long set;
    private long pushed;

    Writer(int number) {
      this.number = number;
    }

    private String key(String kind) {
      return kind + number;
    }

    /** Writes until the connection ends. */
    boolean write(int port, CountDownLatch answers) {
      try (Store store = TcpStore.connect("127.0.0.1", port)) {
        while (true) {
          added = store.add(key("sum"), 1);
          store.set(key("set"), Long.toString(set + 1));
          store.queuePush(key("queue"), Long.toString(pushed + 1));
          // The answer to it acknowledges both.
          long unusedLength = store.queueLen(key("none"));
          set++;
          pushed++;
          answers.countDown();
        }
      } catch (MusterException e) {
        return true;
      }
    }

    /** Compares what the server has with what was acknowledged; one more of each may be there. */
    void verify(Store store) {
      long sum = store.add(key("sum"), 0);
      assertThat(sum).isBetween(added, added + 1);
      added = sum;
      long last =
          set == 0 && !store.check(key("set")) ? 0 : Long.parseLong(store.getString(key("set")));
      assertThat(last).isBetween(set, set + 1);
      set = last;
      long length = store.queueLen(key("queue"));
      assertThat(length).isBetween(pushed, pushed + 1);
      pushed = length;
    }
  }

  @Test
  void serverThatIsKilled_hasEveryAcknowledgedWrite_andNoneTwice()
      throws IOException, InterruptedException {
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      writers.add(new Writer(i));
    }
    int lastPort = 0;
    for (int round = 0; round < KILLS; round++) {
      try (Child server = serve(round)) {
        int port = server.awaitPort(portFile(round));
        assertThat(port).isEqualTo(lastPort == 0 ? port : lastPort);
        lastPort = port;
        verify(writers, port);
        CountDownLatch answers = new CountDownLatch(ANSWERS_BEFORE_THE_KILL);
        List<Background<Boolean>> running =
            writers.stream()
                .map(writer -> Background.call(() -> writer.write(port, answers)))
                .toList();
        assertThat(answers.await(60, TimeUnit.SECONDS)).as(server.err()).isTrue();

        server.signal("KILL");

        assertThat(running).allMatch(Background::result);
        assertThat(server.exitCode()).isEqualTo(137);
      }
    }
    try (Child server = serve(KILLS)) {
      verify(writers, server.awaitPort(portFile(KILLS)));
      // Newer JVMs warn of what libraries use.
      assertThat(server.err().lines().filter(line -> !line.startsWith("WARNING: "))).isEmpty();
    }
    assertThat(writers).allMatch(writer -> writer.added > 0);
  }

  private static void verify(List<Writer> writers, int port) {
    try (Store store = TcpStore.connect("127.0.0.1", port)) {
      writers.forEach(writer -> writer.verify(store));
    }
  }

  @Test
  void serverWhoseFilesCannotGrow_stops_andHasWhatWasAcknowledged()
      throws IOException, InterruptedException {
    ProcessBuilder limited =
        Child.muster(
            "serve", "--no-admin", "--data-dir", data().toString(), "--port", "0", "--port-file");
    limited.command().add(portFile(0).toString());
    limited.command().addAll(0, List.of("sh", "-c", "ulimit -f 8192 && exec \"$@\"", "sh"));
    long acknowledged = 0;
    try (Child server = new Child(Files.createDirectories(directory.resolve("run0")), limited)) {
      try (Store store = TcpStore.connect("127.0.0.1", server.awaitPort(portFile(0)))) {
        byte[] value = new byte[64 * 1024];
        while (true) {
          store.set("key" + acknowledged, value);
          long unusedKeys = store.numKeys();
          acknowledged++;
        }
      } catch (MusterException e) {
        assertThat(acknowledged).isPositive();
      }
      assertThat(server.exitCode()).isEqualTo(ExitCode.SERVER_FAILED);
      assertThat(server.err())
          .contains("the server stops: writing to the data directory " + data() + " failed: ")
          .contains("File too large")
          .contains("all acknowledged writes are in it");
    }
    try (Child server = serve(1);
        Store store = TcpStore.connect("127.0.0.1", server.awaitPort(portFile(1)))) {
      assertThat(store.numKeys()).isBetween(acknowledged, acknowledged + 1);
    }
  }

  @Test
  void directoryOfAnotherProgram_isRefused() throws IOException, InterruptedException {
    Files.createDirectory(data());
    Files.writeString(data().resolve("notes.txt"), "mine");

    try (Child server = serve(0)) {
      assertThat(server.exitCode()).isEqualTo(ExitCode.CANNOT_SERVE);
      assertThat(server.err())
          .contains("Opening the data directory " + data() + " failed: ")
          .contains("notes.txt")
          .contains("give an empty directory")
          .doesNotContain("Exception");
    }
  }

  @Test
  void directoryInUse_isRefused() throws IOException, InterruptedException {
    try (Child server = serve(0)) {
      int port = server.awaitPort(portFile(0));
      try (Child other = serve(1)) {
        assertThat(other.exitCode()).isEqualTo(ExitCode.CANNOT_SERVE);
        assertThat(other.err()).contains("in use by process " + server.process().pid());
      }
      verify(List.of(new Writer(0)), port);
    }
  }

  @Test
  void threadedBackend_isMisuse() throws IOException, InterruptedException {
    try (Child server = serve(0, "--backend", "threaded")) {
      assertThat(server.exitCode()).isEqualTo(ExitCode.MISUSE);
      assertThat(server.err()).contains("--data-dir needs --backend event-loop");
    }
    assertThat(data()).doesNotExist();
  }
}
