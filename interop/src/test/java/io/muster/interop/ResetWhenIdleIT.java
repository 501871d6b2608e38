package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.Eventually;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.server.JobOptions;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The same Python program of two ranks again and again, on one server. */
@ExtendWith(PythonPyTorch.class)
@Timeout(180)
class ResetWhenIdleIT {
  private static final int RUNS = 10;

  private final StoreServer server =
      StoreServer.start(
          StoreServerOptions.builder()
              .job(JobOptions.of("train").withResetWhenIdle(Duration.ZERO))
              .build());
  private final ChildProcess first = PythonPyTorch.start("runs.py");
  private final ChildProcess second = PythonPyTorch.start("runs.py");

  @AfterEach
  void close() {
    first.close();
    second.close();
    server.close();
  }

  private void start(ChildProcess rank, int number, double delay, int timeout) {
    rank.tell(server.port() + " " + number + " " + delay + " " + timeout);
  }

  private void run(double delayOfFirst, double delayOfSecond) {
    start(first, 0, delayOfFirst, 60);
    start(second, 1, delayOfSecond, 60);
    assertThat(first.answer()).isEqualTo("0");
    assertThat(second.answer()).isEqualTo("0");
  }

  @Test
  void theSameProgram_runsAgainAndAgain_alsoAfterARankNeverCame() {
    try (Store other = TcpStore.connect("127.0.0.1", server.port())) {
      other.set("of nobody's world", "v");
      assertThat(other.getString("of nobody's world")).isEqualTo("v");
      run(0, 2);
      run(2, 0);
      start(first, 0, 0, 2);
      assertThat(first.answer()).isEqualTo("1");
      for (int i = 2; i < RUNS; i++) {
        run(0, 0);
      }

      Eventually.assertThat(other::numKeys).isEqualTo(0L);
      assertThat(other.check("of nobody's world")).isFalse();
    }
  }
}
