package io.muster.collectives.internal.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Accepting connections of peers. */
class ListenerTest {
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  /** Fault D1: an error of one connection ends neither the thread nor other connections. */
  @Test
  void errorAboutAConnection_endsThatOneOnly() throws IOException {
    CompletableFuture<SocketChannel> admitted = new CompletableFuture<>();
    InetSocketAddress anyPort =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
    try (IoLoop loop = new IoLoop("test", failures::add);
        Listener listener =
            new Listener(
                loop,
                new Sockets(),
                anyPort,
                2,
                (identifier, connection) -> {
                  if (identifier == 0) {
                    throw new Error("injected");
                  }
                  admitted.complete(connection);
                });
        Socket failing = connect(listener);
        Socket sound = connect(listener)) {
      failing.getOutputStream().write(new byte[Long.BYTES]);
      assertThat(failing.getInputStream().read()).isEqualTo(-1);

      sound.getOutputStream().write(new byte[] {1, 0, 0, 0, 0, 0, 0, 0});

      assertThat(admitted).succeedsWithin(Background.PATIENCE);
      admitted.join().close();
    }
    assertThat(failures).isEmpty();
  }

  private static Socket connect(Listener listener) throws IOException {
    InetSocketAddress address = listener.address();
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout((int) Background.PATIENCE.toMillis());
    return socket;
  }
}
