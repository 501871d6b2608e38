package io.muster.launcher.internal.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs of two nodes leave nothing in a store that was there before. */
class NodeGroupTest {
  private final StoreServer server = StoreServer.start();

  /** What the nodes would agree on, after a while. */
  @BeforeEach
  void sayThatNoNodeHosts() {
    try (TcpStore store = TcpStore.connect("127.0.0.1", server.port())) {
      store.set("muster.run/run/store", "here");
    }
  }

  @AfterEach
  void close() {
    server.close();
  }

  private long keys() {
    return server.statistics().keys();
  }

  private static <T> T get(CompletableFuture<T> future) {
    return Background.call(future::get).result();
  }

  private Node[] join(int maxMissed) {
    Node[] nodes = {new Node(0, maxMissed), new Node(1, maxMissed)};
    for (Node node : nodes) {
      assertThat(get(node.joined).nodes()).hasSize(2);
    }
    return nodes;
  }

  @Test
  void leaderVanishes_theOtherNodeDeletesTheKeys() {
    Node[] nodes = join(80);
    try (Node zero = nodes[0];
        Node one = nodes[1]) {
      zero.group.close();
      assertThat(get(one.ended).message()).startsWith("node 0 (host) has vanished");

      one.group.leave(Background.PATIENCE);

      assertThat(keys()).isZero();
    }
  }

  @Test
  void otherNodeNeverLeaves_leaderDeletesTheKeys() {
    Node[] nodes = join(400);
    try (Node zero = nodes[0];
        Node one = nodes[1]) {
      one.group.close();

      zero.group.leave(Duration.ofMillis(100));

      assertThat(keys()).isZero();
    }
  }

  @Test
  void nodeThatStopsSlowly_writesNoKeysAfterItHasHeardOfTheEnd() {
    Node[] nodes = join(400);
    try (Node zero = nodes[0];
        Node one = nodes[1]) {
      zero.group.end(RunEnd.signal("TERM", 0, "host"));
      assertThat(get(zero.ended).signal()).isEqualTo("TERM");
      assertThat(get(one.ended).signal()).isEqualTo("TERM");
      zero.group.leave(Background.PATIENCE);
      assertThat(keys()).isZero();

      one.group.end(RunEnd.signal("INT", 1, "host"));
      one.group.reportFailure(0);
      one.group.leave(Background.PATIENCE);

      assertThat(keys()).isZero();
    }
  }

  /** A node whose keep-alive counts every 50 ms. */
  private final class Node implements NodeGroup.Listener, AutoCloseable {
    private final CompletableFuture<RunEnd> ended = new CompletableFuture<>();
    private final NodeGroup group;
    private final CompletableFuture<Placement> joined;

    Node(int rank, int maxMissed) {
      NodeGroup.Settings settings =
          new NodeGroup.Settings(
              2, OptionalInt.of(rank), Background.PATIENCE, Duration.ofMillis(50), maxMissed);
      group = new NodeGroup(settings, RunStore.at("127.0.0.1", server.port(), ""), "run", this);
      joined = group.join(new NodeInfo("id " + rank, "host", "role", 1, 0, false));
    }

    @Override
    public void attemptFailed(int attempt) {}

    @Override
    public void ended(RunEnd end) {
      ended.complete(end);
    }

    @Override
    public void storeLost(String message) {
      ended.completeExceptionally(new AssertionError(message));
    }

    @Override
    public void close() {
      group.close();
    }
  }
}
