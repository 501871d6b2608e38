package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.Eventually;
import io.muster.store.TcpStore;
import io.muster.store.server.ServerBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The installed torch as a client of {@code muster serve}. */
@ExtendWith(PythonPyTorch.class)
@ParameterizedClass
@EnumSource(ServerBackend.class)
@Timeout(180)
class PythonClientIT {
  /** Two for all tests, because importing torch takes most of the time. */
  private static List<ChildProcess> ranks = List.of();

  private final ChildProcess server;
  private final int port;
  private final TcpStore java;

  PythonClientIT(ServerBackend backend, @TempDir Path directory) throws Exception {
    Path portFile = directory.resolve("port");
    server =
        ChildProcess.java(
            "io.muster.cli.Main",
            "serve",
            "--port",
            "0",
            "--port-file",
            portFile.toString(),
            "--backend",
            backend.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    port = portWrittenTo(portFile);
    java = TcpStore.connect("127.0.0.1", port);
  }

  private static int portWrittenTo(Path file) throws Exception {
    long start = System.nanoTime();
    while (!Files.exists(file)) {
      assertThat(System.nanoTime() - start).isLessThan(Background.PATIENCE.toNanos());
      Eventually.pause();
    }
    return Integer.parseInt(Files.readString(file).strip());
  }

  @BeforeAll
  static void startRanks() {
    ranks =
        IntStream.range(0, 2).mapToObj(rank -> PythonPyTorch.start("gloo.py", rank, 2)).toList();
  }

  @AfterAll
  static void endRanks() {
    try {
      ranks.forEach(ChildProcess::endInput);
      for (ChildProcess rank : ranks) {
        assertThat(rank.exitCode()).as(rank::output).isZero();
      }
    } finally {
      ranks.forEach(ChildProcess::close);
    }
  }

  @AfterEach
  void close() {
    java.close();
    server.close();
  }

  @Test
  void everyOperation_ofPython_doesWhatItDoesOnPyTorchsServer() {
    java.set("from java", "hello");

    try (ChildProcess script = PythonPyTorch.start("client.py", port)) {
      assertThat(script.exitCode()).as(script::output).isZero();
      assertThat(Integer.parseInt(script.answer())).as(script::output).isGreaterThan(20);
    }

    assertThat(java.getString("from python")).isEqualTo("hello, too");
  }

  @ParameterizedTest
  @ValueSource(strings = {"store", "tcp", "env"})
  void processGroup_ofTwoPythons_reducesOverTheStore(String how) {
    ranks.forEach(rank -> rank.tell(how + " " + port));
    for (ChildProcess rank : ranks) {
      assertThat(rank.answer()).isEqualTo("done");
    }
    assertThat(java.listKeys()).isNotEmpty();
  }

  @Test
  void barrier_ofJavaAndPython_isMetByBoth() {
    try (ChildProcess python = PythonPyTorch.start("peer.py")) {
      assertThat(python.answer()).isEqualTo("ready");
      assertThat(python.ask("connect(" + port + ")")).isEqualTo("None");

      python.tell("store.barrier('python first', 2)");
      assertThat(python.isSilent()).isTrue();
      java.barrier("python first", 2);
      assertThat(python.answer()).isEqualTo("None");

      var waiting = Background.run(() -> java.barrier("java first", 2)).awaitBlocked();
      assertThat(python.ask("store.barrier('java first', 2)")).isEqualTo("None");
      waiting.result();
    }
  }
}
