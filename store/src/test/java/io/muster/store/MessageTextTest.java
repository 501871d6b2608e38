package io.muster.store;

import static io.muster.fixtures.PrintableMessages.HOSTILE;
import static io.muster.fixtures.PrintableMessages.assertEscapes;
import static io.muster.fixtures.PrintableMessages.assertPrintable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.muster.rendezvous.Rendezvous;
import io.muster.rendezvous.RendezvousOptions;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fault A7: keys, names and URLs in the messages of exceptions, and in those of their causes. The
 * same shape was looked for in every exception and log line of all modules that quotes a text; the
 * other modules have a test of this name.
 */
class MessageTextTest {
  @SuppressWarnings("ImmutableEnumChecker") // the functions have no state
  private enum Operation {
    ADD_TO_TEXT(
        store -> {
          store.set(HOSTILE, HOSTILE);
          store.add(HOSTILE, 1);
        }),
    GET(store -> store.get(HOSTILE)),
    AWAIT(store -> store.await("there", HOSTILE)),
    BARRIER(store -> store.barrier(HOSTILE, 2)),
    POP(store -> store.queuePop(HOSTILE, false)),
    POP_OF_PREFIX(store -> new PrefixStore(HOSTILE, store).queuePop("queue", false)),
    GET_OF_PREFIX(store -> new PrefixStore(HOSTILE, store).get("key"));

    private final Consumer<Store> call;

    Operation(Consumer<Store> call) {
      this.call = call;
    }

    void failsIn(Store store) {
      store.setTimeout(Duration.ofMillis(1));
      assertEscapes(() -> call.accept(store));
      assertPrintable(store.toString());
      assertPrintable(new PrefixStore(HOSTILE, store).toString());
    }
  }

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void keyInAHashStore_isEscaped(Operation operation) {
    try (HashStore store = new HashStore()) {
      operation.failsIn(store);
    }
  }

  @ParameterizedTest
  @EnumSource
  void keyOnAServer_isEscaped(Operation operation) {
    for (ServerBackend backend : ServerBackend.values()) {
      try (StoreServer server =
              StoreServer.start(StoreServerOptions.builder().backend(backend).build());
          TcpStore store = TcpStore.connect("127.0.0.1", server.port())) {
        operation.failsIn(store);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"POP", "POP_OF_PREFIX"})
  void keyInAFile_isEscaped(Operation operation) {
    try (FileStore store = new FileStore(directory.resolve("file"), 1)) {
      operation.failsIn(store);
    }
  }

  @Test
  void pathOfAFile_isEscaped() throws IOException {
    // In ASCII, for locales in which a file can have no other name.
    Path path = directory.resolve("a\u001b[2J\nforged");
    Files.write(path, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});

    Throwable thrown = catchThrowable(() -> new FileStore(path, 1).get("key"));

    assertThat(thrown).hasMessageContaining("a\\u001b[2J\\u000aforged");
    assertPrintable(thrown);
  }

  @Test
  void keyThatIsTooLong_isEscaped() {
    try (StoreServer server = StoreServer.start(StoreServerOptions.builder().build());
        TcpStore store = TcpStore.connect("127.0.0.1", server.port())) {
      String key = HOSTILE + "k".repeat(1 << 20);

      assertEscapes(() -> store.check(key));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no", "tcp://host:1?", "tcp://host:1?rank=x&a="})
  void url_isEscaped(String beginning) {
    RendezvousOptions options = RendezvousOptions.builder().build();

    assertEscapes(() -> Rendezvous.of(beginning + HOSTILE, options));
  }

  @Test
  void host_isEscaped() {
    TcpStoreOptions options = TcpStoreOptions.builder().timeout(Duration.ofMillis(1)).build();

    assertEscapes(() -> TcpStore.connect(HOSTILE, 1, options));
  }
}
