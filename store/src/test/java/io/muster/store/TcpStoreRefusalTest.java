package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fault A11. What a server refuses by a limit of its own, the client learns with the reason.
 *
 * <p>The same shape was looked for in all that closes a connection: sizes, counts and the room for
 * keys are told; a connection too many is closed before the client could say that it understands.
 */
@ParameterizedClass
@EnumSource(ServerBackend.class)
class TcpStoreRefusalTest {
  private final StoreServer server;
  private final TcpStore store;

  TcpStoreRefusalTest(ServerBackend backend) {
    server =
        StoreServer.start(
            options(backend)
                .maxKeyBytes(100)
                .maxValueBytes(1000)
                .maxKeysPerRequest(3)
                .maxStoredBytes(5000)
                .build());
    store = TcpStore.connect("127.0.0.1", server.port());
  }

  private static StoreServerOptions.Builder options(ServerBackend backend) {
    return StoreServerOptions.builder().backend(backend);
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  @Test
  void answeredRequests_areRefusedWithTheReason() {
    refused(() -> store.compareSet("key", "", "v".repeat(1001)), "value of 1001 bytes");
    refused(() -> store.compareAndSwap("key", "", "v".repeat(1001)), "value of 1001 bytes");
    refused(() -> store.check("k".repeat(200)), "key of 201 bytes");
    refused(() -> store.check("a", "b", "c", "d"), "CHECK of 4 keys; the limit is 3");
    refused(() -> store.await("a", "b", "c", "d"), "4 keys; the limit is 3");
    store.set("key", "value");
    assertThat(store.getString("key")).isEqualTo("value");
  }

  @Test
  void awaitedKeys_areRefusedOnTheirOwnConnection() {
    refused(() -> store.barrier("k".repeat(200), 2), "key of 201 bytes");
    assertThat(store.check("key")).isFalse();
  }

  @Test
  void aWriteThatWasRefused_isToldByALaterCall() {
    store.set("large", new byte[1001]);
    refused(() -> store.numKeys(), "SET: value of 1001 bytes; the limit is 1000");

    assertThat(store.numKeys()).isZero();
  }

  @Test
  void aStreamOfWritesThatWasRefused_isToldByOneOfThem() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(
            () -> {
              while (true) {
                store.queuePush("queue", new byte[1000]);
              }
            })
        .withMessageStartingWith(
            "queuePush on " + store + " failed: the server refused a request of this store: ")
        .withMessageEndingWith("; the next call reconnects");

    assertThat(store.queueLen("queue")).isPositive();
  }

  @Test
  void aLargeWriteThatIsRefusedAtItsBeginning_isTold() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(
            () -> {
              while (true) {
                store.set("large", new byte[8 << 20]);
              }
            })
        .withMessageContaining("SET: value of 8388608 bytes; the limit is 1000");
  }

  @Test
  void aServerThatDoesNotSay_mayHaveRefused() throws IOException {
    try (FakeServer other = FakeServer.start();
        TcpStore client = TcpStore.connect("127.0.0.1", other.port())) {
      try (Socket connection = other.accepted()) {
        connection.shutdownOutput();
        assertThatExceptionOfType(NetworkException.class)
            .isThrownBy(client::numKeys)
            .withMessageContaining("perhaps because the request exceeds one of its limits");
      }
    }
  }

  @Test
  void aConnectionTooMany_mayHaveBeenRefused() {
    try (StoreServer full = StoreServer.start(options(server.backend()).maxConnections(1).build());
        TcpStore one = TcpStore.connect("127.0.0.1", full.port())) {
      assertThat(one.numKeys()).isZero();
      assertThatExceptionOfType(NetworkException.class)
          .isThrownBy(
              () ->
                  TcpStore.connect(
                      "127.0.0.1",
                      full.port(),
                      TcpStoreOptions.builder().timeout(Duration.ofMillis(200)).build()))
          .withMessageContaining("Attempts: ");
    }
  }

  private void refused(Runnable call, String reason) {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(call::run)
        .withMessageContaining("failed: the server refused a request of this store: ")
        .withMessageContaining(reason);
  }

  @Test
  void multiSet_beyondTheRoom_isRefusedAsAWhole() {
    List<byte[]> values = List.of(new byte[1000], new byte[1000], new byte[1000]);
    store.multiSet(List.of("a", "b", "c"), values);
    store.multiSet(List.of("d", "e", "f"), values);
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.check("a"));
    assertThat(store.numKeys()).isEqualTo(3);
  }
}
