package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.TcpStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PyTorch from Python, and {@code muster serve}. */
@ExtendWith(PythonTorch.class)
@Timeout(180)
class PythonIT {
  @ParameterizedTest
  @ValueSource(strings = {"event-loop", "threaded"})
  void everyOperation_onMusterServe_isPyTorchs(String backend)
      throws IOException, InterruptedException {
    try (MusterServe server = MusterServe.start(backend);
        var script =
            PythonTorch.start(
                Map.of(), "store_on_muster.py", "127.0.0.1", String.valueOf(server.port()))) {
      String output = script.finish();

      System.out.println(backend + ": " + output.strip());
      assertThat(output).contains("every operation agrees");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"event-loop", "threaded"})
  void glooWorld_ofUnchangedPrograms_meetsAtMusterServe(String backend)
      throws IOException, InterruptedException {
    int worldSize = 2;
    List<PythonTorch.Script> ranks = new ArrayList<>();
    try (MusterServe server = MusterServe.start(backend)) {
      for (int rank = 0; rank < worldSize; rank++) {
        ranks.add(
            PythonTorch.start(
                Map.of(
                    "RANK",
                    String.valueOf(rank),
                    "WORLD_SIZE",
                    String.valueOf(worldSize),
                    "MASTER_ADDR",
                    "127.0.0.1",
                    "MASTER_PORT",
                    String.valueOf(server.port()),
                    "GLOO_SOCKET_IFNAME",
                    "lo",
                    "TORCHELASTIC_USE_AGENT_STORE",
                    "True"),
                "gloo_world.py"));
      }
      for (PythonTorch.Script rank : ranks) {
        assertThat(rank.finish()).contains("rank agrees");
      }
    } finally {
      ranks.forEach(PythonTorch.Script::close);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0"})
  void tcpStore_onPythonsServer_sharesKeysCountersAndBarriers(String useLibuv)
      throws IOException, InterruptedException {
    try (var script = PythonTorch.start(Map.of(), "store_for_muster.py", useLibuv)) {
      String port = script.nextLine();
      assertThat(port).as("%s", port).matches("\\d+");
      try (TcpStore store = TcpStore.connect("127.0.0.1", Integer.parseInt(port))) {
        assertThat(store.add("counter", 40)).isEqualTo(40);
        store.set("from java", "hello");
        assertThat(store.getString("from python")).isEqualTo("é");
        store.barrier("together", 2, Duration.ofSeconds(30));
        assertThat(store.getString("counter")).isEqualTo("42");
        assertThat(store.listKeys()).contains("from java", "from python", "counter");
        store.set("java is done", "");
      }
      assertThat(script.finish()).contains("agrees");
    }
  }

  @Test
  void barrier_ofJavaAndPython_onMusterServe_isOne() throws IOException, InterruptedException {
    try (MusterServe server = MusterServe.start("event-loop");
        TcpStore store = TcpStore.connect("127.0.0.1", server.port());
        var script =
            PythonTorch.start(Map.of(), "barrier_with_muster.py", String.valueOf(server.port()))) {
      assertThat(script.nextLine()).isEqualTo("here");

      store.barrier("b", 2, Duration.ofSeconds(30));

      assertThat(script.finish()).contains("through");
    }
  }
}
