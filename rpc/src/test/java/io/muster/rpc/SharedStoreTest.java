package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ProcessGroups;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.fixtures.Background;
import io.muster.fixtures.FreePort;
import io.muster.store.NetworkException;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.ServerBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A process group and RPC on the same store. */
class SharedStoreTest {
  private static final String LOOPBACK = "127.0.0.1";

  private static RpcAgent worker(String name, String url, int rank, int size) {
    return Rpc.init(
        name,
        rank,
        size,
        RpcOptions.builder()
            .initMethod(url)
            .host(LOOPBACK)
            .timeout(Background.PATIENCE)
            .initTimeout(Background.PATIENCE)
            .function("twice", arguments -> 2 * (int) arguments[0])
            .build());
  }

  private static ProcessGroup group(
      ProcessGroups groups, String url, int rank, int size, Map<String, String> environment) {
    Map<String, String> variables = new HashMap<>(environment);
    variables.put("GLOO_SOCKET_IFNAME", "lo");
    return groups.initProcessGroup(
        ProcessGroupOptions.builder()
            .initMethod(url)
            .rank(rank)
            .worldSize(size)
            .environment(variables)
            .timeout(Background.PATIENCE)
            .build());
  }

  /** Fault D5: the store is hosted as localhost, and workers on other hosts have to reach it. */
  @Test
  void storeOfAWorld_listensWhereBindSays() {
    int unused =
        FreePort.use(
            port -> {
              RpcOptions options =
                  RpcOptions.builder()
                      .initMethod("tcp://localhost:" + port)
                      .host(LOOPBACK)
                      .bind("127.0.0.3")
                      .initTimeout(Background.PATIENCE)
                      .build();
              try (RpcAgent agent = Rpc.init("worker", 0, 1, options);
                  TcpStore other = TcpStore.connect("127.0.0.3", port)) {
                assertThat(other.numKeys()).isPositive();
                assertThatThrownBy(
                        () ->
                            TcpStore.connect(
                                LOOPBACK,
                                port,
                                TcpStoreOptions.builder().timeout(Duration.ZERO).build()))
                    .isInstanceOf(NetworkException.class);
                agent.shutdown();
              }
              return port;
            });
  }

  @Test
  void worldOfOne_rpcAndGroupOnOneFile(@TempDir Path directory) {
    Path file = directory.resolve("store");
    String url = file.toUri().toString();
    try (RpcAgent agent = worker("worker", url, 0, 1);
        ProcessGroups groups = new ProcessGroups()) {
      assertThat(group(groups, url, 0, 1, Map.of()).size()).isEqualTo(1);
      groups.destroyProcessGroup();
      assertThat(file).exists();

      agent.shutdown();
    }
  }

  @ParameterizedTest
  @EnumSource
  void worldOfOne_groupAndRpcOnOnePort(ServerBackend backend) {
    FreePort.use(
        port -> {
          Map<String, String> environment =
              Map.of(
                  "MASTER_ADDR",
                  LOOPBACK,
                  "MASTER_PORT",
                  String.valueOf(port),
                  "USE_LIBUV",
                  backend == ServerBackend.EVENT_LOOP ? "1" : "0");
          try (ProcessGroups groups = new ProcessGroups()) {
            assertThat(group(groups, "env://", 0, 1, environment).size()).isEqualTo(1);
            try (RpcAgent agent = worker("worker0", "tcp://" + LOOPBACK + ":" + port, 0, 1)) {
              assertThat(agent.worker("worker0").call(int.class, "twice", 2)).isEqualTo(4);
              agent.shutdown();
            }
            groups.destroyProcessGroup();
          }
          return true;
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void twoRanks_onOneFile_inEitherOrder(boolean groupFirst, @TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("store");

    bothOn(file.toUri().toString(), groupFirst);

    // PyTorch's FileStore removes its file when its last user ends.
    assertThat(Files.exists(file)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"true, EVENT_LOOP", "false, EVENT_LOOP", "true, THREADED", "false, THREADED"})
  void twoRanks_onOnePort_inEitherOrder(boolean groupFirst, ServerBackend backend) {
    TcpStoreOptions options = TcpStoreOptions.builder().multiTenant(true).backend(backend).build();
    try (TcpStore server = TcpStore.host(LOOPBACK, 0, options)) {
      String libuv = backend == ServerBackend.EVENT_LOOP ? "1" : "0";
      bothOn("tcp://%s:%d?use_libuv=%s".formatted(LOOPBACK, server.port(), libuv), groupFirst);
    }
  }

  /** Two ranks that reduce numbers in a group and call each other as workers. */
  private static void bothOn(String url, boolean groupFirst) {
    List<Background<Boolean>> ranks =
        IntStream.range(0, 2)
            .mapToObj(rank -> Background.run(() -> both(url, rank, groupFirst)))
            .toList();
    ranks.forEach(rank -> assertThat(rank.result()).isTrue());
  }

  private static void both(String url, int rank, boolean groupFirst) {
    try (ProcessGroups groups = new ProcessGroups()) {
      ProcessGroup early = groupFirst ? group(groups, url, rank, 2, Map.of()) : null;
      try (RpcAgent agent = worker("worker" + rank, url, rank, 2)) {
        ProcessGroup group = early == null ? group(groups, url, rank, 2, Map.of()) : early;
        int[] sum = {rank + 1};
        group.allReduce(Tensor.of(sum), ReduceOp.SUM);
        assertThat(sum).containsExactly(3);

        String other = "worker" + (1 - rank);
        assertThat(agent.worker(other).call(int.class, "twice", rank)).isEqualTo(2 * rank);
        group.barrier();
        agent.shutdown();
      }
      groups.destroyProcessGroup();
    }
  }
}
