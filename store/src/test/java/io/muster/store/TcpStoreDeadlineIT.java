package io.muster.store;

import static io.muster.fixtures.contract.StoreFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.fixtures.Background;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.AbstractList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Calls on a server that has stopped to answer or to read. Faults B1 and B2: a call has one
 * deadline, which is the store's timeout of that moment; an interrupt and {@code close} end it at
 * once; and the store is usable afterwards.
 *
 * <p>The same shape was looked for in every call of the client: connecting, joining, the lock that
 * calls share, side connections for waits, for questions about the server, and the confirmation of
 * a wait's end.
 */
@Tag("slow")
class TcpStoreDeadlineIT {
  private static final Duration SHORT = Duration.ofMillis(1200);

  /** A call on a busy machine ends later than its deadline, but never by this much. */
  private static final Duration SLACK = Duration.ofSeconds(10);

  private static final byte[] LARGE = new byte[8 << 20];

  private static final Map<String, Consumer<Store>> CALLS = new LinkedHashMap<>();

  static {
    CALLS.put("get", store -> store.get("key"));
    CALLS.put("check", store -> store.check("key"));
    CALLS.put("add", store -> store.add("key", 1));
    CALLS.put("set", TcpStoreDeadlineIT::setUntilItBlocks);
  }

  private final FakeServer server = FakeServer.start();
  private final TcpStore store =
      TcpStore.connect(
          "127.0.0.1",
          server.port(),
          TcpStoreOptions.builder().timeout(Duration.ofMinutes(30)).build());
  private final Socket connection = server.accepted();

  @AfterEach
  void close() throws IOException {
    store.close();
    connection.close();
    server.close();
  }

  private static void setUntilItBlocks(Store store) {
    while (true) {
      store.set("key", LARGE);
    }
  }

  @Test
  void calls_notAnswered_endAtTheTimeoutOfNow() {
    store.setTimeout(SHORT);
    CALLS.forEach(
        (name, call) -> {
          long start = System.nanoTime();

          assertThatExceptionOfType(NetworkException.class)
              .as(name)
              .isThrownBy(() -> call.accept(store))
              .withMessageStartingWith(
                  name + " on " + store + " failed: it exceeded the store's timeout of");

          assertThat(Duration.ofNanos(System.nanoTime() - start))
              .as(name)
              .isBetween(SHORT, SHORT.plus(SLACK));
        });
  }

  @Test
  void get_answeredByteByByte_endsAtTheTimeout() {
    store.setTimeout(SHORT);
    var dripping =
        Background.run(
            () -> {
              FakeServer.answer(connection, 1 + 8 + 8 + 4, (byte) 0);
              FakeServer.drip(
                  connection,
                  new byte[] {0, 0, 1, 0, 0, 0, 0, 0},
                  TimeUnit.MILLISECONDS.toNanos(100));
            });

    assertThatExceptionOfType(NetworkException.class).isThrownBy(() -> store.get("key"));

    assertThat(dripping.result()).isTrue();
  }

  @Test
  void interrupts_endCalls() {
    CALLS.forEach(
        (name, call) -> {
          var calling =
              Background.call(
                  () -> {
                    try {
                      call.accept(store);
                      return null;
                    } catch (StoreInterruptedException e) {
                      return Thread.currentThread().isInterrupted() ? e.getMessage() : "no flag";
                    }
                  });
          calling.awaitBlocked().interrupt();

          assertThat(calling.result()).isEqualTo(name + " on " + store + " was interrupted");
        });
  }

  @Test
  void close_endsCallsAndReturnsAtOnce() {
    var holder = Background.run(() -> store.get("key")).awaitBlocked();
    var next = Background.run(() -> store.add("n", 1)).awaitBlocked();
    long start = System.nanoTime();

    store.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SLACK);
    assertThat(holder.failure())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(store + " was closed during get");
    assertThat(next.failure()).isInstanceOf(IllegalStateException.class);
    assertThatIllegalStateException().isThrownBy(() -> store.get("key"));
  }

  @Test
  void close_whileASetIsWritten_endsIt() {
    var writing = Background.run(() -> setUntilItBlocks(store)).awaitBlocked();

    store.close();

    assertThat(writing.failure()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void callsThatWaitForAnother_endAtTheirTimeoutToo() {
    var holder = Background.run(() -> store.get("key")).awaitBlocked();
    store.setTimeout(SHORT);

    assertThatExceptionOfType(NetworkException.class)
        .isThrownBy(() -> store.add("n", 1))
        .withMessageContaining("other calls kept the connection busy");

    assertThat(holder.isDone()).isFalse();
    var interrupted = Background.run(() -> store.add("n", 1)).awaitBlocked();
    interrupted.interrupt();
    assertThat(interrupted.failure()).isInstanceOf(StoreInterruptedException.class);
    holder.interrupt();
    assertThat(holder.failure()).isInstanceOf(StoreInterruptedException.class);
  }

  @Test
  void theCallAfterOneThatEnded_connectsAgain() throws IOException {
    store.setTimeout(SHORT);
    assertThatExceptionOfType(NetworkException.class).isThrownBy(() -> store.numKeys());
    var next = Background.call(store::numKeys);

    try (Socket second = server.accepted()) {
      FakeServer.answer(
          second, 1, (byte) 7, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0,
          (byte) 0);
      assertThat(next.result()).isEqualTo(7);
    }
    assertThat(connection.getInputStream().read()).isEqualTo(7);
    assertThat(connection.getInputStream().read()).as("the first connection").isEqualTo(-1);
  }

  @Test
  void aListThatThrows_leavesNoHalfRequest() {
    List<byte[]> failing =
        new AbstractList<>() {
          @Override
          public byte[] get(int index) {
            if (index == 1) {
              throw new UnsupportedOperationException("the list's own");
            }
            return bytes("value");
          }

          @Override
          public int size() {
            return 2;
          }
        };

    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> store.multiSet(List.of("a", "b"), failing))
        .withMessage("the list's own");

    var next = Background.call(store::numKeys);
    FakeServer.answer(connection, 1, new byte[] {7, 0, 0, 0, 0, 0, 0, 0});
    assertThat(next.result()).isEqualTo(7);
  }
}
