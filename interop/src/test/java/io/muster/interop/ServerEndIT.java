package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.Eventually;
import io.muster.store.NetworkException;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What those see who wait when their server goes. */
@ExtendWith(CppPyTorch.class)
class ServerEndIT {
  /** In a process of its own: an exception that C++ does not catch would end this one. */
  @ParameterizedTest
  @EnumSource(ServerBackend.class)
  @SuppressWarnings("try") // closing is what is tested
  void close_ofAMusterServer_endsTheWaitOfACppClientWithAnException(ServerBackend backend) {
    try (StoreServer server =
            StoreServer.start(StoreServerOptions.builder().backend(backend).build());
        ChildProcess peer =
            ChildProcess.java(CppPeer.class, "client", String.valueOf(server.port()))) {
      assertThat(peer.answer()).isEqualTo("ready");
      peer.tell("await k 60000");
      long start = System.nanoTime();
      while (server.statistics().waits() == 0) {
        assertThat(System.nanoTime() - start).isLessThan(Background.PATIENCE.toNanos());
        Eventually.pause();
      }

      server.close();

      assertThat(peer.answer()).startsWith("!");
      assertThat(peer.ask("add n 1")).startsWith("!");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void close_ofAPyTorchServer_endsTheWaitOfAMusterClient(boolean libUv) {
    CppStore host = CppStore.host(libUv);
    try (TcpStore store = TcpStore.connect("127.0.0.1", host.port())) {
      var waiting = Background.run(() -> store.await("k")).awaitBlocked();

      host.close();

      assertThat(waiting.failure())
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("Did the remote server shutdown or crash?");
    }
  }

  @Test
  void workers_ofAJavaClient_completeTheWorldOfACppHost() {
    try (CppStore host = CppStore.hostOfWorld(2)) {
      var waiting = Background.run(host::awaitWorkers);
      TcpStoreOptions world = TcpStoreOptions.builder().worldSize(2).build();
      try (TcpStore store = TcpStore.connect("127.0.0.1", host.port(), world)) {
        waiting.result();
        store.set("k", "v");
        assertThat(store.numKeys()).as("with the counter of workers").isEqualTo(2);
        assertThat(host.getString("k")).isEqualTo("v");
      }
    }
  }
}
