package io.muster.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Background;
import io.muster.fixtures.FreePort;
import io.muster.store.MusterException;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Worlds of several launchers on this host, each as if it were on a host of its own. */
@EnabledOnOs(OS.LINUX)
class NodesIT {
  private static final String WAIT_FOR_TERM = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

  @TempDir private Path directory = Path.of("");
  private final int port = FreePort.find();

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private static NodeOptions.Builder nodes(int count, int rank) {
    return NodeOptions.builder().count(count).rank(rank).joinTimeout(Background.PATIENCE);
  }

  private Launch start(WorldSpec.Builder spec, NodeOptions.Builder nodes) {
    return Launch.start(spec.master("127.0.0.1", port).nodes(nodes.build()));
  }

  @Test
  void workers_haveTheRanksOfTorchrun() throws IOException {
    String script = "env >" + file("$RANK");
    try (Launch second = start(Launch.sh(1, script).role("b").maxRestarts(7), nodes(3, 1));
        Launch third = start(Launch.sh(2, script).role("a"), nodes(3, 2));
        Launch first = start(Launch.sh(2, script).role("a").maxRestarts(3), nodes(3, 0))) {
      assertThat(Stream.of(first, second, third).map(Launch::result))
          .allMatch(LaunchResult::isSuccess);

      assertThat(Files.readAllLines(directory.resolve("4")))
          .contains(
              "RANK=4",
              "LOCAL_RANK=1",
              "WORLD_SIZE=5",
              "LOCAL_WORLD_SIZE=2",
              "GROUP_RANK=2",
              "GROUP_WORLD_SIZE=3",
              "ROLE_NAME=a",
              "ROLE_RANK=3",
              "ROLE_WORLD_SIZE=4",
              "MASTER_ADDR=127.0.0.1",
              "MASTER_PORT=" + port,
              "TORCHELASTIC_MAX_RESTARTS=3",
              "TORCHELASTIC_USE_AGENT_STORE=True");
      assertThat(Files.readAllLines(directory.resolve("2")))
          .contains("GROUP_RANK=1", "ROLE_NAME=b", "ROLE_RANK=0", "ROLE_WORLD_SIZE=1");
    }
  }

  @Test
  void worker_fails_endsAllNodesWithItsExitCode() {
    try (Launch first = start(Launch.sh(2, WAIT_FOR_TERM), nodes(2, 0));
        Launch second = start(Launch.sh(1, "exit 7"), nodes(2, 1))) {
      assertThat(second.result().exitCode()).isEqualTo(7);
      LaunchResult result = first.result();

      assertThat(result.exitCode()).isEqualTo(7);
      assertThat(result.failure().orElseThrow().worker().rank()).isEqualTo(2);
      assertThat(result.summary()).startsWith("rank 2 failed first (local rank 0 on ");
    }
  }

  @Test
  void worker_fails_allNodesRestart() {
    String failOnce = "[ $TORCHELASTIC_RESTART_COUNT = 1 ] || exit 4; echo again $RANK";
    String others =
        "if [ $TORCHELASTIC_RESTART_COUNT = 0 ]; then " + WAIT_FOR_TERM + "; fi; echo again $RANK";
    try (Launch first = start(Launch.sh(1, others).maxRestarts(2), nodes(2, 0));
        Launch second = start(Launch.sh(2, failOnce), nodes(2, 1))) {
      assertThat(second.result()).matches(LaunchResult::isSuccess);
      assertThat(first.result()).matches(LaunchResult::isSuccess);

      assertThat(first.result().attempts()).isEqualTo(2);
      assertThat(second.result().attempts()).isEqualTo(2);
      assertThat(first.out()).isEqualTo("[default0]:again 0\n");
      assertThat(second.out().lines())
          .containsExactlyInAnyOrder("[default0]:again 1", "[default1]:again 2");
    }
  }

  @Test
  void restart_forgetsKeys_andDisconnectsClients() {
    try (Launch first = start(Launch.sh(1, "exec sleep 600").maxRestarts(1), nodes(2, 0));
        Launch second = start(Launch.sh(1, "exec sleep 600"), nodes(2, 1))) {
      WorkerInfo worker = second.awaitStarted();
      assertThat(first.awaitStarted().rank()).isZero();
      try (TcpStore leftOver = TcpStore.connect("127.0.0.1", port)) {
        leftOver.set("key", "value");

        ProcessHandle.of(worker.pid()).orElseThrow().destroy();

        assertThat(first.awaitStarted().attempt()).isEqualTo(1);
        assertThat(second.awaitStarted().attempt()).isEqualTo(1);
        assertThatThrownBy(() -> leftOver.check("key")).isInstanceOf(MusterException.class);
      }
      try (TcpStore store = TcpStore.connect("127.0.0.1", port)) {
        assertThat(store.check("key")).isFalse();
      }
    }
  }

  @Test
  void nodesWithoutRanks_shareTheRanks_oneHosts() {
    NodeOptions.Builder nodes = NodeOptions.builder().count(3).joinTimeout(Background.PATIENCE);
    try (Launch one = start(Launch.sh(1, "echo $GROUP_RANK"), nodes);
        Launch two = start(Launch.sh(1, "echo $GROUP_RANK"), nodes);
        Launch three = start(Launch.sh(1, "echo $GROUP_RANK"), nodes)) {
      List<Launch> all = List.of(one, two, three);
      assertThat(all.stream().map(Launch::result)).allMatch(LaunchResult::isSuccess);
      assertThat(all.stream().map(Launch::out))
          .containsExactlyInAnyOrder("[default0]:0\n", "[default0]:1\n", "[default0]:2\n");
    }
  }

  @Test
  void storeThatWasThereBefore_isUsed_andLeftEmpty() {
    try (StoreServer server = StoreServer.start()) {
      NodeOptions.Builder nodes = NodeOptions.builder().count(2).joinTimeout(Background.PATIENCE);
      WorldSpec.Builder spec =
          Launch.sh(1, "[ $TORCHELASTIC_RESTART_COUNT = 1 ] || exec sleep 600").maxRestarts(1);
      spec.master("127.0.0.1", server.port()).nodes(nodes.build());
      try (Launch one = Launch.start(spec);
          Launch two = Launch.start(spec);
          TcpStore client = TcpStore.connect("127.0.0.1", server.port())) {
        WorkerInfo worker = one.awaitStarted();
        client.set("key", "value");

        ProcessHandle.of(worker.pid()).orElseThrow().destroy();

        assertThat(one.result()).matches(LaunchResult::isSuccess);
        assertThat(two.result()).matches(LaunchResult::isSuccess);
      }
      assertThat(server.statistics().keys()).isZero();
    }
  }

  @Test
  void stop_endsAllNodes() {
    try (Launch first = start(Launch.sh(1, WAIT_FOR_TERM), nodes(2, 0));
        Launch second = start(Launch.sh(1, WAIT_FOR_TERM), nodes(2, 1))) {
      first.awaitStarted();
      second.awaitStarted();

      second.launcher().stop("USR1");

      assertThat(second.result().exitCode()).isEqualTo(138);
      assertThat(first.result().exitCode()).isEqualTo(138);
      assertThat(first.result().summary()).startsWith("stopped by SIGUSR1 on node 1 (");
    }
  }

  @Test
  void node_doesNotCome_joinTimesOut() {
    Duration timeout = Duration.ofSeconds(2);
    try (Launch first = start(Launch.sh(1, "exit 0"), nodes(3, 0).joinTimeout(timeout))) {
      LaunchResult result = first.result();

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.attempts()).isZero();
      assertThat(result.summary())
          .startsWith("1 of 3 nodes have joined within 2.0 s; missing: node rank 1, 2;")
          .contains("listens on loopback only");
    }
  }

  @Test
  void rank_isTaken_isMisuse() {
    try (Launch first = start(Launch.sh(1, "echo started"), nodes(3, 0));
        Launch second = start(Launch.sh(1, "exit 0"), nodes(3, 1))) {
      try (Launch again = start(Launch.sh(1, "exit 0"), nodes(3, 1))) {
        LaunchResult result = firstResult(List.of(second, again));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.summary()).startsWith("node rank 1 has been taken by ");
        assertThat(first.out()).isEmpty();
      }
    }
  }

  private static LaunchResult firstResult(List<Launch> launches) {
    BlockingQueue<LaunchResult> results = new LinkedBlockingQueue<>();
    launches.forEach(launch -> Background.call(() -> results.add(launch.launcher().awaitResult())));
    return Background.call(results::take).result();
  }

  @Test
  void hostGivesUp_othersSaySo() {
    try (Launch host = start(Launch.sh(1, "exit 0"), nodes(3, 0));
        Launch other = start(Launch.sh(1, "exit 0"), nodes(3, 1))) {
      awaitJoined(1);

      host.launcher().stop();

      assertThat(host.result().exitCode()).isEqualTo(143);
      assertThat(other.result().exitCode()).isEqualTo(LaunchResult.NODE_MISSING);
      assertThat(other.result().summary())
          .startsWith("joining the other nodes failed: the store was lost: ")
          .endsWith("; the process that hosts it gave up before all nodes had joined");
    }
  }

  /** Blocks until a node has told its rank to the others. */
  private void awaitJoined(int rank) {
    try (TcpStore store = TcpStore.connect("127.0.0.1", port)) {
      int agreementPort = Integer.parseInt(store.getString("muster.run/none/store"));
      try (TcpStore nodes = TcpStore.connect("127.0.0.1", agreementPort)) {
        nodes.await(Background.PATIENCE, "muster.run/none/node/" + rank);
      }
    }
  }

  @Test
  void portIsTaken_messageSaysWhyThisNodeDoesNotHost() throws IOException {
    try (Socket bound = new Socket()) {
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      NodeOptions.Builder nodes =
          NodeOptions.builder().count(2).joinTimeout(Duration.ofMillis(100));
      try (Launch one = start(Launch.sh(1, "exit 0"), nodes)) {
        assertThat(one.result().exitCode()).isEqualTo(LaunchResult.NODE_MISSING);
        assertThat(one.result().summary())
            .startsWith("joining the other nodes failed: ")
            .contains("; this node does not host it: ")
            .contains("EADDRINUSE");
      }
    }
  }

  @Test
  void noStore_joinTimesOut() {
    NodeOptions.Builder nodes = nodes(2, 1).joinTimeout(Duration.ofMillis(100));
    try (Launch second = start(Launch.sh(1, "exit 0"), nodes)) {
      assertThat(second.result().exitCode()).isEqualTo(1);
      assertThat(second.result().summary()).startsWith("joining the other nodes failed: ");
    }
  }
}
