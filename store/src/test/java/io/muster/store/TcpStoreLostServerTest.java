package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Background;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A client whose server has gone. */
@ParameterizedClass
@EnumSource(ServerBackend.class)
class TcpStoreLostServerTest {
  private static final Map<String, Consumer<Store>> WAITS = new LinkedHashMap<>();

  static {
    WAITS.put("await", store -> store.await("absent"));
    WAITS.put("get", store -> store.get("absent"));
    WAITS.put("multiGet", store -> store.multiGet("absent", "absent too"));
    WAITS.put("queuePop", store -> store.queuePop("absent"));
    WAITS.put("barrier", store -> store.barrier("barrier", 2));
  }

  private final StoreServer server;
  private final TcpStore store;

  TcpStoreLostServerTest(ServerBackend backend) {
    server = StoreServer.start(StoreServerOptions.builder().backend(backend).build());
    store =
        TcpStore.connect(
            "127.0.0.1", server.port(), TcpStoreOptions.builder().timeout(Store.FOREVER).build());
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  @Test
  void waits_learnAtOnceThatTheServerClosed() {
    Map<String, Background<Boolean>> waiting = new LinkedHashMap<>();
    WAITS.forEach(
        (name, wait) -> waiting.put(name, Background.run(() -> wait.accept(store)).awaitBlocked()));

    server.close();

    waiting.forEach(
        (name, wait) ->
            assertThat(wait.failure())
                .isInstanceOf(NetworkException.class)
                .hasMessageStartingWith(name + " on " + store + " failed: the connection is lost")
                .hasMessageEndingWith("Did the remote server shutdown or crash?")
                .satisfies(
                    e ->
                        assertThat(((NetworkException) e).endpoint())
                            .isEqualTo("127.0.0.1:" + server.port())));
  }

  @Test
  void calls_afterTheServerClosed_fail() {
    store.set("key", "value");
    assertThat(store.numKeys()).isEqualTo(1);

    server.close();

    for (int i = 0; i < 2; i++) {
      assertThatExceptionOfType(NetworkException.class)
          .isThrownBy(() -> store.get("key"))
          .withMessageStartingWith("get on " + store + " failed: the connection is lost");
    }
    assertThatExceptionOfType(NetworkException.class).isThrownBy(() -> store.set("key", "value"));
    assertThatExceptionOfType(NetworkException.class).isThrownBy(() -> store.await("key"));
  }

  @Test
  void calls_afterAnotherServerTookThePort_stillFail() {
    server.close();
    try (StoreServer next =
        StoreServer.start(
            StoreServerOptions.builder().backend(server.backend()).port(server.port()).build())) {
      assertThatExceptionOfType(NetworkException.class).isThrownBy(() -> store.get("key"));
      assertThatExceptionOfType(NetworkException.class).isThrownBy(() -> store.get("key"));
      assertThat(next.statistics().acceptedConnections()).isZero();
    }
  }
}
