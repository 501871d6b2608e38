package io.muster.store.internal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionTest {
  @Test
  void open_connectedToItself_isRefused() throws IOException {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      InetSocketAddress itself = (InetSocketAddress) socket.getLocalSocketAddress();

      assertThatExceptionOfType(ConnectException.class)
          .isThrownBy(() -> Connection.open(socket, itself, TimeUnit.SECONDS.toNanos(10)))
          .withMessage("Connection refused");
      assertThat(socket.isClosed()).isTrue();
    }
  }
}
