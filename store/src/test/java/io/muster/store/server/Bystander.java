package io.muster.store.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import java.time.Duration;

/**
 * A well-behaved client that uses the store all the while something else goes on, and must never
 * fail nor wait long.
 */
final class Bystander implements AutoCloseable {
  /** Generous: other processes, and the collection of garbage, may hold the test up. */
  private static final Duration MAX_PAUSE = Duration.ofSeconds(5);

  private final Duration longestPause;
  private final Background<Duration> work;
  private volatile boolean ending;

  private Bystander(int port, Duration longestPause) {
    this.longestPause = longestPause;
    work = Background.call(() -> work(port));
  }

  static Bystander of(StoreServer server) {
    return new Bystander(server.port(), MAX_PAUSE);
  }

  /** Of a server in another process. */
  static Bystander of(int port, Duration longestPause) {
    return new Bystander(port, longestPause);
  }

  private Duration work(int port) {
    long longest = 0;
    byte[] value = new byte[100];
    try (Store store = TcpStore.connect("127.0.0.1", port)) {
      for (int i = 1; !ending; i++) {
        long start = System.nanoTime();
        store.set("bystander/value", value);
        assertThat(store.get("bystander/value")).isEqualTo(value);
        assertThat(store.add("bystander/count", 1)).isEqualTo(i);
        assertThat(store.check("bystander/missing")).isFalse();
        longest = Math.max(longest, System.nanoTime() - start);
      }
    }
    return Duration.ofNanos(longest);
  }

  /** It must have been well until now. */
  @Override
  public void close() {
    ending = true;
    assertThat(work.result()).as("the longest pause").isLessThan(longestPause);
  }
}
