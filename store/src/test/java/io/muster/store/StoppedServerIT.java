package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Background;
import io.muster.fixtures.ChildProcess;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A server that is stopped by SIGSTOP, and goes on. Fault B2; see {@link TcpStoreDeadlineIT}. */
@DisabledOnOs(OS.WINDOWS)
class StoppedServerIT {
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration SLACK = Duration.ofSeconds(15);

  private final ChildProcess server = ChildProcess.java(StoreServerProcess.class);
  private final TcpStore store =
      TcpStore.connect(
          "127.0.0.1",
          Integer.parseInt(server.answer()),
          TcpStoreOptions.builder().timeout(Duration.ofMinutes(30)).build());

  @BeforeEach
  void stop() {
    store.set("key", "value");
    assertThat(store.getString("key")).isEqualTo("value");
    server.signal("STOP");
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  @Test
  void calls_endInTime_andWorkAgainWhenTheServerDoes() {
    store.setTimeout(SHORT);

    endsInTime(() -> store.get("key"));
    endsInTime(() -> store.check("key"));
    endsInTime(
        () -> {
          while (true) {
            store.set("large", new byte[8 << 20]);
          }
        });
    endsInTime(() -> store.barrier("barrier", 2));

    server.signal("CONT");
    store.setTimeout(Background.PATIENCE);
    assertThat(store.getString("key")).isEqualTo("value");
    assertThat(store.add("n", 1)).isEqualTo(1);
  }

  @Test
  void waits_endInTime() {
    server.signal("CONT");
    var wait = Background.run(() -> store.await(Background.PATIENCE, "absent")).awaitBlocked();
    // The wait is the server's when the connection after it is served.
    try (TcpStore other = store.duplicate()) {
      assertThat(other.check("absent")).isFalse();
    }
    server.signal("STOP");

    long start = System.nanoTime();
    wait.interrupt();

    assertThat(wait.failure()).isInstanceOf(StoreInterruptedException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SLACK);
    server.signal("CONT");
    assertThat(store.getString("key")).isEqualTo("value");
  }

  private static void endsInTime(Runnable call) {
    long start = System.nanoTime();
    assertThatExceptionOfType(NetworkException.class).isThrownBy(call::run);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT.plus(SLACK));
  }
}
