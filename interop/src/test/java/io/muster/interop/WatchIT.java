package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.store.Change;
import io.muster.store.TcpStore;
import io.muster.store.Watcher;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two clients watch what a stock PyTorch client writes. */
@ExtendWith(PythonPyTorch.class)
@Timeout(180)
class WatchIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void watchers_seeWhatPythonWrites() {
    StoreServerOptions options =
        StoreServerOptions.builder().backend(ServerBackend.EVENT_LOOP).build();
    try (StoreServer server = StoreServer.start(options);
        TcpStore first = TcpStore.connect("127.0.0.1", server.port());
        TcpStore second = TcpStore.connect("127.0.0.1", server.port());
        Watcher all = first.watch("w/");
        Watcher counters = second.watch("w/n");
        ChildProcess python = PythonPyTorch.start("writer.py", server.port())) {
      assertThat(next(counters)).isEqualTo("SET w/n=5");
      List<String> seen = new ArrayList<>();
      while (seen.size() < 7) {
        seen.add(next(all));
      }
      assertThat(seen)
          .containsExactly(
              "SET w/k=first",
              "SET w/k=first+",
              "SET w/k=second",
              "SET w/n=5",
              "SET w/a=1",
              "SET w/b=2",
              "DELETED w/k=");
      assertThat(python.answer()).isEqualTo("done");
      assertThat(all.next(Duration.ZERO)).isEmpty();
      assertThat(counters.next(Duration.ZERO)).isEmpty();
      // One for each request that changed something.
      assertThat(counters.revision()).isEqualTo(8);
    }
  }

  private static String next(Watcher watcher) {
    Change change = watcher.next(PATIENCE).orElseThrow();
    return change.kind()
        + " "
        + change.key()
        + "="
        + new String(change.value(), StandardCharsets.UTF_8);
  }
}
