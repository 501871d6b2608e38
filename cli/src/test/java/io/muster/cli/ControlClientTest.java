package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Background;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlClientTest {
  private static ControlClient client(ServerSocket server) {
    return new ControlClient(
        URI.create("http://127.0.0.1:" + server.getLocalPort()),
        Optional.empty(),
        Optional.empty(),
        Duration.ofSeconds(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"})
  void answerThatDoesNotEnd_isNotAwaited(String answer) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Background<?> get = Background.call(() -> client(server).get("/"));
      try (Socket socket = server.accept()) {
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));

        assertThat(get.failure())
            .isInstanceOf(CommandFailedException.class)
            .hasMessage(
                "no control endpoint of a server at 127.0.0.1:"
                    + server.getLocalPort()
                    + ": no complete answer within 1 seconds");
      }
    }
  }

  @Test
  void closedPort_saysWhatWasSeen() throws IOException {
    ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    server.close();

    assertThatThrownBy(() -> client(server).get("/"))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining(": no answer of HTTP, seen: java.net.ConnectException");
  }
}
