package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.Eventually;
import io.muster.fixtures.contract.WatchContract;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link Store#watch} over connections, beyond {@link WatchContract}. */
@ParameterizedClass
@EnumSource(ServerBackend.class)
class TcpStoreWatchTest {
  private final StoreServer server;
  private final TcpStore store;

  TcpStoreWatchTest(ServerBackend backend) {
    server = StoreServer.start(StoreServerOptions.builder().backend(backend).build());
    store = TcpStore.connect("127.0.0.1", server.port());
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  @Test
  void clearedJob_isAChange_ofEveryPrefix() {
    store.set("k", "v");
    assertThat(store.numKeys()).isEqualTo(1);
    try (Watcher watcher = store.watch("x");
        Watcher inView = new PrefixStore("p", store).watch("")) {
      server.jobs().get(0).clear();

      assertThat(WatchContract.next(watcher)).isEqualTo("CLEARED =");
      assertThat(WatchContract.next(inView)).isEqualTo("CLEARED =");
    }
  }

  /** No other event makes the server send the wake-up. */
  @Test
  void clearedJob_wakesAWaitingWatcherAtOnce() {
    store.set("k", "v");
    try (Watcher watcher = store.watch("k")) {
      var waiting = Background.call(() -> watcher.next(Store.FOREVER)).awaitReading();

      server.jobs().get(0).clear();

      assertThat(waiting.result().orElseThrow().kind()).isEqualTo(Change.Kind.CLEARED);
    }
  }

  @Test
  void closedStore_closesItsWatchers() {
    Watcher watcher = store.watch("k");
    var waiting = Background.call(() -> watcher.next(Store.FOREVER)).awaitBlocked();

    store.close();

    assertThat(waiting.failure()).isInstanceOf(IllegalStateException.class);
    assertThatIllegalStateException().isThrownBy(() -> watcher.next(Duration.ZERO));
    assertThatIllegalStateException().isThrownBy(() -> store.watch("k"));
    watcher.close();
  }

  @Test
  void lostServer_isReported_againAndAgain() {
    try (Watcher watcher = store.watch("k")) {
      var waiting = Background.call(() -> watcher.next(Store.FOREVER)).awaitBlocked();

      server.close();

      assertThat(waiting.failure())
          .isInstanceOf(NetworkException.class)
          .hasMessageStartingWith("watch on " + store + " failed: the connection is lost");
      assertThatExceptionOfType(NetworkException.class)
          .isThrownBy(() -> watcher.next(Duration.ZERO))
          .withMessageContaining("the connection was lost earlier");
    }
  }

  /** A reset disconnects all clients, and says why. */
  @Test
  void resetJob_endsTheWait_andTheNextCallResumes() {
    assumeThat(server.backend())
        .as("a server that can reset a job")
        .isEqualTo(ServerBackend.EVENT_LOOP);
    store.set("k", "v");
    assertThat(store.numKeys()).isEqualTo(1);
    try (Watcher watcher = store.watch("k")) {
      var waiting = Background.call(() -> watcher.next(Store.FOREVER)).awaitBlocked();

      server.jobs().get(0).reset();

      assertThat(waiting.failure())
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("the job has been reset")
          .hasMessageEndingWith("the next call reconnects");
      assertThat(WatchContract.next(watcher)).isEqualTo("CLEARED =");
    }
  }

  @Test
  void longPrefix_isRefused_andNothingIsSent() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.watch("k".repeat(512)))
        .withMessageContaining("at most 512");
    try (Watcher watcher = store.watch("k".repeat(511))) {
      assertThat(watcher.next(Duration.ZERO)).isEmpty();
    }
    assertThat(server.statistics().brokenConnections()).isZero();
  }

  @Test
  void closedWatchers_areDisconnected() {
    for (int i = 0; i < 20; i++) {
      store.watch("k" + i).close();
    }

    Eventually.assertThat(() -> server.statistics().openConnections()).isEqualTo(1);
  }
}
