package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Background;
import io.muster.fixtures.FreePort;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client finds at the address it is given: a store, late or never, or something else. */
@Tag("slow")
class TcpStoreConnectIT {
  private static final String HERE = "127.0.0.1";

  @Test
  void connect_nobodyListens_saysWhatWasTriedForHowLong() {
    FreePort.use(
        port ->
            assertThatExceptionOfType(NetworkException.class)
                .isThrownBy(() -> TcpStore.connect(HERE, port, timeout(Duration.ofMillis(300))))
                .withMessageMatching(
                    "The client socket has timed out after 300ms while trying to connect to"
                        + " \\(127\\.0\\.0\\.1, "
                        + port
                        + "\\)\\. Attempts: \\d+; the last one: .*Connection refused.*")
                .satisfies(e -> assertThat(e.endpoint()).isEqualTo(HERE + ":" + port)));
  }

  @Test
  void connect_unknownHost_saysSo() {
    assertThatExceptionOfType(NetworkException.class)
        .isThrownBy(
            () -> TcpStore.connect("no-such-host.invalid", 29500, timeout(Duration.ofSeconds(1))))
        .withMessageStartingWith(
            "The client socket has timed out after 1000ms while trying to connect to"
                + " (no-such-host.invalid, 29500).")
        .withMessageContaining("UnknownHostException");
  }

  @Test
  void connect_portZero_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TcpStore.connect(HERE, 0))
        .withMessageStartingWith("port 0 is for hosts only");
  }

  @Test
  void connect_noTimeLeft_triesOnce() {
    FreePort.use(
        port ->
            assertThatExceptionOfType(NetworkException.class)
                .isThrownBy(() -> TcpStore.connect(HERE, port, timeout(Duration.ZERO)))
                .withMessageContaining("Attempts: 1;"));
  }

  /** Fault B4. The handshake has a second, however short the timeout is. */
  @ParameterizedTest
  @EnumSource(ServerBackend.class)
  void connect_noTimeLeftAndAHealthyServer_succeeds(ServerBackend backend) {
    try (StoreServer server =
        StoreServer.start(StoreServerOptions.builder().backend(backend).build())) {
      for (String host : new String[] {HERE, "localhost"}) {
        for (int i = 0; i < 40; i++) {
          try (TcpStore store = TcpStore.connect(host, server.port(), timeout(Duration.ZERO))) {
            assertThat(store.numKeys()).isZero();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ServerBackend.class)
  void connect_storeThatComesLater_succeeds(ServerBackend backend) {
    FreePort.use(
            port -> {
              var connecting =
                  Background.call(() -> TcpStore.connect(HERE, port, timeout(Background.PATIENCE)))
                      .awaitBlocked();
              StoreServer server =
                  StoreServer.start(
                      StoreServerOptions.builder().backend(backend).port(port).build());
              try (TcpStore store = connecting.result()) {
                store.set("key", "value");
                assertThat(store.getString("key")).isEqualTo("value");
              }
              return server;
            })
        .close();
  }

  @Test
  void connect_serverThatAcceptsAndCloses_triesAgainUntilItServes() throws IOException {
    ServerSocket dying = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    int port = dying.getLocalPort();
    var connecting =
        Background.call(() -> TcpStore.connect(HERE, port, timeout(Background.PATIENCE)));
    dying.accept().close();
    dying.close();

    try (StoreServer server = StoreServer.start(StoreServerOptions.builder().port(port).build());
        TcpStore store = connecting.result()) {
      assertThat(store.numKeys()).isZero();
      assertThat(store.port()).isEqualTo(server.port());
    }
  }

  @Test
  void connect_serverThatAlwaysCloses_timesOut() throws IOException {
    try (ServerSocket closing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var accepting =
          Background.call(
              () -> {
                while (true) {
                  closing.accept().close();
                }
              });

      assertThatExceptionOfType(NetworkException.class)
          .isThrownBy(
              () -> TcpStore.connect(HERE, closing.getLocalPort(), timeout(Duration.ofMillis(300))))
          .withMessageStartingWith("The client socket has timed out after 300ms")
          .withMessageContaining("(127.0.0.1, " + closing.getLocalPort() + ")");
      assertThat(accepting.isDone()).isFalse();
    }
  }

  @Test
  void connect_serverThatNeverAnswers_timesOut() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertThatExceptionOfType(NetworkException.class)
          .isThrownBy(
              () -> TcpStore.connect(HERE, silent.getLocalPort(), timeout(Duration.ofMillis(300))))
          .withMessageStartingWith("The client socket has timed out after 300ms");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n"})
  void connect_serverThatIsNoStore_saysSoAtOnce(String greeting) throws IOException {
    try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var greeted =
          Background.call(
              () -> {
                Socket socket = other.accept();
                OutputStream out = socket.getOutputStream();
                out.write(greeting.getBytes(StandardCharsets.US_ASCII));
                return socket;
              });

      assertThatExceptionOfType(ProtocolException.class)
          .isThrownBy(
              () -> TcpStore.connect(HERE, other.getLocalPort(), timeout(Background.PATIENCE)))
          .withMessageContaining(
              "is not a store: it replied 0x%02x".formatted((int) greeting.charAt(0)))
          .withMessageContaining(HERE + ":" + other.getLocalPort());
      greeted.result().close();
    }
  }

  @Test
  void interrupt_whileConnecting_endsIt() {
    FreePort.use(
        port -> {
          var connecting =
              Background.call(() -> TcpStore.connect(HERE, port, timeout(Store.FOREVER)))
                  .awaitBlocked();

          connecting.interrupt();

          return assertThat(connecting.failure())
              .isInstanceOf(StoreInterruptedException.class)
              .hasMessage("interrupted while connecting to " + HERE + ":" + port);
        });
  }

  private static TcpStoreOptions timeout(Duration timeout) {
    return TcpStoreOptions.builder().timeout(timeout).build();
  }
}
