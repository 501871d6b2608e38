package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.fixtures.Eventually;
import io.muster.fixtures.FreePort;
import io.muster.store.NetworkException;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code muster serve} as a process of its own. */
class ServeIT {
  @TempDir private Path directory = Path.of("");

  private Path portFile() throws IOException {
    return Files.createDirectories(directory.resolve("run")).resolve("port");
  }

  private Child serve(String... options) throws IOException {
    ProcessBuilder builder =
        Child.muster("serve", "--port", "0", "--port-file", portFile().toString());
    builder.command().addAll(List.of(options));
    return new Child(directory, builder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"event-loop", "threaded"})
  void sigterm_stopsCleanly(String backend) throws IOException, InterruptedException {
    try (Child server = serve("--backend", backend)) {
      int port = server.awaitPort(portFile());
      try (Store store = TcpStore.connect("127.0.0.1", port)) {
        store.set("k", "v");
        assertThat(store.getString("k")).isEqualTo("v");
        CompletableFuture<Void> waiter = CompletableFuture.runAsync(() -> store.await("never"));
        server.awaitOutputOrEnd();

        server.process().destroy();

        assertThat(server.exitCode()).isEqualTo(143);
        assertThatThrownBy(waiter::join).hasCauseInstanceOf(NetworkException.class);
      }
      assertThat(portFile()).doesNotExist();
      assertThat(portFile().getParent()).isEmptyDirectory();
      assertThat(server.err()).isEmpty();
      assertThat(server.out())
          .startsWith("Listening on 127.0.0.1:" + port)
          .contains("only this machine can connect")
          .contains("TCPStore(\"127.0.0.1\", " + port)
          .contains("TcpStore.connect(\"127.0.0.1\", " + port + ")");
    }
  }

  @Test
  void jobs_haveKeysAndPortsOfTheirOwn() throws IOException, InterruptedException {
    ProcessBuilder builder =
        Child.muster(
            "serve",
            "--job",
            "first,world-size=2",
            "--job",
            "second:0",
            "--port-file",
            portFile().toString());
    try (Child server = new Child(directory, builder)) {
      int first = server.awaitPort(portFile());
      server.awaitOutputOrEnd();
      Matcher second =
          Pattern.compile("Job second: listening on 127\\.0\\.0\\.1:([0-9]+)")
              .matcher(server.out());
      assertThat(server.out()).contains("Job first: listening on 127.0.0.1:" + first);
      assertThat(second.find()).as(server.out()).isTrue();
      try (Store one = TcpStore.connect("127.0.0.1", first);
          Store two = TcpStore.connect("127.0.0.1", Integer.parseInt(second.group(1)))) {
        one.set("k", "1");
        two.set("k", "2");

        assertThat(one.getString("k")).isEqualTo("1");
        assertThat(two.getString("k")).isEqualTo("2");
      }
      server.process().destroy();
      assertThat(server.exitCode()).isEqualTo(143);
      assertThat(server.err()).isEmpty();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void sigint_stopsCleanly() throws IOException, InterruptedException {
    ProcessBuilder builder =
        Child.muster("serve", "--port", "0", "--port-file", portFile().toString());
    // A build that a shell has put in the background ignores SIGINT, and so would its children.
    builder.command().addAll(0, List.of("env", "--default-signal=INT"));
    try (Child server = new Child(directory, builder)) {
      int unused = server.awaitPort(portFile());

      int sent =
          new ProcessBuilder("kill", "-INT", Long.toString(server.process().pid()))
              .start()
              .waitFor();

      assertThat(sent).isZero();
      assertThat(server.exitCode()).isEqualTo(130);
      assertThat(portFile()).doesNotExist();
    }
  }

  @Test
  void allInterfaces_areServedWhenAskedFor() throws IOException, InterruptedException {
    try (Child server = serve("--bind", "*")) {
      int port = server.awaitPort(portFile());
      try (Store store = TcpStore.connect("127.0.0.1", port)) {
        assertThat(store.numKeys()).isZero();
      }
    }
  }

  /**
   * Fault A7. What a command prints is bytes in a pipe, but nothing that a terminal obeys on one.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void keys_onATerminal_areEscaped() throws IOException, InterruptedException {
    try (StoreServer server = StoreServer.start();
        Store store = TcpStore.connect("127.0.0.1", server.port())) {
      store.set("a\u202eb\u009b", "v");
      String[] arguments = {"kv", "--endpoint", "127.0.0.1:" + server.port(), "keys"};
      List<String> command = Child.muster(arguments).command();

      try (Child kv =
          new Child(
              directory,
              new ProcessBuilder("script", "-qec", String.join(" ", command), "/dev/null"))) {
        assertThat(kv.exitCode()).as(kv.err()).isZero();
        assertThat(kv.out()).isEqualTo("a\\u202eb\\u009b\r\n");
      }
      assertThat(Cli.run(arguments).out()).isEqualTo("a\u202eb\u009b\n");
      assertThat(Cli.run("kv", arguments[1], arguments[2], "get", "no\u009b").err())
          .startsWith("muster kv get: not found: no\\u009b");
    }
  }

  /** Fault A10; see {@link LocaleTest} for the rest of Muster. */
  @Test
  void localeWithDigitsOfItsOwn_changesNothingThatIsPrinted()
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        Child.muster("serve", "--port", "0", "--port-file", portFile().toString());
    builder.command().addAll(1, List.of("-Duser.language=ar", "-Duser.country=EG"));
    try (Child server = new Child(directory, builder)) {
      int port = server.awaitPort(portFile());
      server.awaitOutputOrEnd();

      assertThat(server.out())
          .contains("TCPStore(\"127.0.0.1\", " + port + ",", "MASTER_PORT=" + port + " ");
      assertThat(server.out().chars()).allMatch(character -> character < 0x80);
    }
  }

  /** Fault A9. */
  @Test
  void emptyBind_isMisuse() throws IOException, InterruptedException {
    try (Child server = serve("--bind", "")) {
      assertThat(server.exitCode()).isEqualTo(ExitCode.MISUSE);
      assertThat(server.err())
          .isEqualTo(
              "muster serve: --bind is empty; give an address, a host, a network interface, or"
                  + " '*'\n");
    }
    assertThat(portFile()).doesNotExist();
  }

  /** Fault A9. */
  @Test
  void bracketedAddress_isPrintedAsClientsTakeIt() throws IOException, InterruptedException {
    try (StoreServer trial = StoreServer.start()) {
      assumeListening(trial, "[::1]");
    }
    try (Child server = serve("--bind", "[::1]")) {
      int port = server.awaitPort(portFile());
      server.awaitOutputOrEnd();
      assertThat(server.out())
          .startsWith("Listening on [::1]:" + port + ": only this machine can connect")
          .contains("TCPStore(\"::1\", " + port, "MASTER_ADDR=::1 ", "connect(\"::1\", " + port);
      try (Store store = TcpStore.connect("::1", port)) {
        assertThat(store.numKeys()).isZero();
      }
    }
  }

  @Test
  void portFileOfAnEarlierServer_isGoneBeforeTheNewOneIsThere()
      throws IOException, InterruptedException {
    Files.writeString(portFile(), "1\n");
    try (StoreServer taken = StoreServer.start();
        Child server =
            new Child(
                directory,
                Child.muster(
                    "serve",
                    "--port",
                    Integer.toString(taken.port()),
                    "--port-file",
                    portFile().toString()))) {
      assertThat(server.exitCode()).isEqualTo(ExitCode.CANNOT_SERVE);
      assertThat(server.err())
          .startsWith("muster serve: ")
          .contains("port: " + taken.port(), "address already in use")
          .hasLineCount(1);
      assertThat(server.out()).isEmpty();
      assertThat(portFile()).doesNotExist();
    }
  }

  @Test
  void portFileThatCannotBeWritten_isSaid() throws IOException, InterruptedException {
    Path nowhere = directory.resolve("missing").resolve("port");
    try (Child server =
        new Child(
            directory, Child.muster("serve", "--port", "0", "--port-file", nowhere.toString()))) {
      assertThat(server.exitCode()).isEqualTo(ExitCode.CANNOT_SERVE);
      assertThat(server.err())
          .startsWith("muster serve: cannot write the port file " + nowhere)
          .hasLineCount(1);
    }
  }

  @Test
  void brokenClient_isLoggedToTheErrorStream() throws IOException, InterruptedException {
    try (Child server = serve()) {
      int port = server.awaitPort(portFile());

      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client
            .getOutputStream()
            .write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(client.getInputStream().readAllBytes()).isEmpty();
      }
      server.process().destroy();

      assertThat(server.exitCode()).isEqualTo(143);
      assertThat(server.err())
          .containsPattern("WARN io\\.muster\\.store\\.server - disconnecting /.+: ")
          .hasLineCount(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"MUSTER_ENDPOINT,127.0.0.1", "MUSTER_ENDPOINT,[::1]"})
  void endpoint_canComeFromTheEnvironment(String variable, String host)
      throws IOException, InterruptedException {
    try (StoreServer server = StoreServer.start()) {
      assumeListening(server, host);
      ProcessBuilder builder = Child.muster("kv", "count");
      builder.environment().put(variable, host + ":" + server.port());
      try (Child kv = new Child(directory, builder)) {
        assertThat(kv.exitCode()).isZero();
        assertThat(kv.out()).isEqualTo("0\n");
        assertThat(kv.err()).isEmpty();
      }
    }
  }

  private static void assumeListening(StoreServer server, String host) {
    assumeTrue(host.equals("127.0.0.1") || server.addresses().size() > 1, "no IPv6 here");
  }

  @Test
  void resetWhenIdle_forgetsTheKeysOfAWorldThatHasGone_andSaysSo()
      throws IOException, InterruptedException {
    ProcessBuilder builder = Child.muster("serve", "--reset-when-idle");
    builder.command().addAll(List.of("--port", "" + FreePort.find()));
    builder.command().addAll(List.of("--port-file", portFile().toString()));
    try (Child server = new Child(directory, builder)) {
      int port = server.awaitPort(portFile());
      try (Store other = TcpStore.connect("127.0.0.1", port)) {
        TcpStoreOptions ofOne = TcpStoreOptions.builder().worldSize(1).build();
        try (Store rank = TcpStore.connect("127.0.0.1", port, ofOne)) {
          rank.set("k", "v");
        }

        Eventually.assertThat(other::numKeys).isEqualTo(0L);
        assertThat(server.err()).contains("job default", "2 keys are forgotten");
      }
    }
  }

  @Test
  void resetWhenIdle_ofAnotherBackend_isRefused() throws IOException, InterruptedException {
    try (Child server = serve("--reset-when-idle=5s", "--backend", "threaded")) {
      assertThat(server.exitCode()).isEqualTo(2);
      assertThat(server.err()).contains("--reset-when-idle needs --backend event-loop");
    }
  }
}
