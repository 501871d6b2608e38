package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Background;
import org.junit.jupiter.api.Test;

/** {@link Store#watch} on a server that knows PyTorch's requests only. */
class WatchUnsupportedTest {
  @Test
  void watch_onPyTorchsServer_isRefusedBeforeAnythingIsSent() {
    try (FakeServer server = FakeServer.start();
        Store store = new PrefixStore("p", TcpStore.connect("127.0.0.1", server.port()))) {
      var connection = server.accepted();

      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> store.watch("k"))
          .withMessageStartingWith("Not implemented. The server of TcpStore(127.0.0.1:")
          .withMessageEndingWith("cannot watch keys; Muster's can");
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> store.watch("k", 1));

      // The next bytes are those of the next call.
      var answered =
          Background.run(
              () -> FakeServer.answer(connection, 1, new byte[] {7, 0, 0, 0, 0, 0, 0, 0}));
      assertThat(store.numKeys()).isEqualTo(7);
      assertThat(answered.result()).isTrue();
    }
  }
}
