package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Joining and leaving worlds. */
class WorldTest {
  private static final Duration SHORT = Duration.ofMillis(200);

  private static RpcOptions.Builder by(String url) {
    return RpcOptions.builder()
        .initMethod(url)
        .host("127.0.0.1")
        .timeout(Background.PATIENCE)
        .initTimeout(Background.PATIENCE)
        .function("echo", arguments -> arguments[0]);
  }

  /** Two workers join, call each other, and shut down together. */
  private static void meetCallAndStop(RpcOptions.Builder first, RpcOptions.Builder second) {
    List<RpcOptions.Builder> options = List.of(first, second);
    List<Background<Boolean>> workers =
        IntStream.range(0, 2)
            .mapToObj(
                rank ->
                    Background.run(
                        () -> {
                          try (RpcAgent agent = Rpc.init("w" + rank, options.get(rank).build())) {
                            Worker other = agent.worker("w" + (1 - rank));
                            assertThat(other.call(String.class, "echo", "x")).isEqualTo("x");
                            agent.shutdown();
                          }
                        }))
            .toList();
    workers.forEach(worker -> assertThat(worker.result()).isTrue());
  }

  /** Hosts a store server, which a rank 0 in this JVM shares. */
  private static TcpStore server() {
    return TcpStore.host("127.0.0.1", 0, TcpStoreOptions.builder().multiTenant(true).build());
  }

  @Test
  void init_byFile_meets(@TempDir Path directory) {
    String url = directory.resolve("store").toUri().toString();

    meetCallAndStop(by(url).rank(0).worldSize(2), by(url + "?rank=1&world_size=2"));
  }

  @Test
  void init_byTcp_meets() {
    try (TcpStore server = server()) {
      String url = "tcp://127.0.0.1:" + server.port();

      meetCallAndStop(by(url).rank(0).worldSize(2), by(url + "?rank=1&world_size=2"));
    }
  }

  @Test
  void init_byEnvironment_meets() {
    try (TcpStore server = server()) {
      String port = String.valueOf(server.port());
      Map<String, String> both =
          Map.of("MASTER_ADDR", "127.0.0.1", "MASTER_PORT", port, "WORLD_SIZE", "2");

      meetCallAndStop(
          by("env://").environment(with(both, "RANK", "0")),
          by("env://").environment(with(both, "RANK", "1")));
    }
  }

  private static Map<String, String> with(Map<String, String> map, String key, String value) {
    Map<String, String> more = new HashMap<>(map);
    more.put(key, value);
    return more;
  }

  @Test
  void init_workerMissing_failsNamingIt() {
    Store store = new HashStore();
    RpcOptions options = LocalWorld.options(store, 0, 3, more -> more.initTimeout(SHORT));

    assertThatExceptionOfType(RpcInitException.class)
        .isThrownBy(() -> Rpc.init("alone", options))
        .withMessage(
            "worker 'alone' (rank 0): the workers of ranks [1, 2] did not join within PT0.2S")
        .satisfies(e -> assertThat(e.missingRanks()).containsExactly(1, 2));
  }

  @Test
  void init_nameOrRankOfAnother_isRefused() {
    Store store = new HashStore();
    Background<RpcAgent> first =
        Background.call(() -> Rpc.init("same", LocalWorld.options(store, 0, 2, more -> {})));
    store.await(Background.PATIENCE, "rpc_prefix_0/rank/0");

    assertThatExceptionOfType(RpcInitException.class)
        .isThrownBy(() -> Rpc.init("same", LocalWorld.options(store, 1, 2, more -> {})))
        .withMessage("RPC worker name 'same' is not unique: worker 1 and worker 0 share it");
    assertThatExceptionOfType(RpcInitException.class)
        .isThrownBy(() -> Rpc.init("other", LocalWorld.options(store, 0, 2, more -> {})))
        .withMessage("rank 0 of worker 'other' is taken by another worker");
    // The rank is still free for a worker with another name.
    try (RpcAgent second = Rpc.init("other", LocalWorld.options(store, 1, 2, more -> {}));
        RpcAgent agent = first.result()) {
      assertThat(agent.worker("other").rank()).isEqualTo(second.rank());
    }
  }

  @Test
  void init_rankOutsideOfTheWorld_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rpc.init("w", LocalWorld.options(new HashStore(), 2, 2, more -> {})));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rpc.init("", LocalWorld.options(new HashStore(), 0, 1, more -> {})));
  }

  @Test
  void dynamicWorld_workersJoinAndLeave_othersSeeIt() {
    Store store = new HashStore();
    RpcOptions options =
        LocalWorld.options(store, -1, -1, more -> more.function("echo", arguments -> arguments[0]));
    try (RpcAgent first = Rpc.init("first", options)) {
      assertThat(first.workers()).extracting(Worker::name).containsExactly("first");
      assertThatIllegalArgumentException().isThrownBy(() -> first.worker("second"));

      RpcAgent second = Rpc.init("second", options);
      assertThat(first.worker("second").call(int.class, "echo", 1)).isEqualTo(1);
      assertThat(second.worker("first").call(int.class, "echo", 2)).isEqualTo(2);
      assertThatExceptionOfType(RpcInitException.class)
          .isThrownBy(() -> Rpc.init("second", options));
      Worker before = first.worker("second");
      second.shutdown();

      assertThat(first.workers()).extracting(Worker::name).containsExactly("first");
      assertThatExceptionOfType(WorkerLostException.class)
          .isThrownBy(() -> before.call(int.class, "echo", 1));
      // The name is free again and refers to the new worker.
      try (RpcAgent again = Rpc.init("second", options)) {
        assertThat(again.rank()).isNotEqualTo(second.rank());
        assertThat(first.worker("second").call(int.class, "echo", 3)).isEqualTo(3);
      }
    }
  }

  @Test
  void dynamicWorld_workerWithoutARank_getsOneThatNoOtherHas() {
    Store store = new HashStore();
    try (RpcAgent first = Rpc.init("first", LocalWorld.options(store, 1, -1, more -> {}));
        RpcAgent second = Rpc.init("second", LocalWorld.options(store, 2, -1, more -> {}));
        // Its slot is the third, number 2.
        RpcAgent third = Rpc.init("third", LocalWorld.options(store, -1, -1, more -> {}))) {
      assertThat(List.of(first.rank(), second.rank(), third.rank())).containsExactly(1, 2, 3);
      assertThat(third.workers()).extracting(Worker::rank).containsExactly(1, 2, 3);
    }
  }

  @Test
  void shutdown_withACallUnderWay_waitsForItsEnd() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (LocalWorld world =
        LocalWorld.of(
            2,
            options ->
                options.function(
                    "hold",
                    arguments -> {
                      started.countDown();
                      return mayEnd.await(20, TimeUnit.SECONDS);
                    }))) {
      CompletableFuture<Boolean> call = world.seen(0, 1).callAsync(boolean.class, "hold");
      assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
      Background<Boolean> first = Background.run(() -> world.agent(0).shutdown());
      Background<Boolean> second = Background.run(() -> world.agent(1).shutdown());
      first.awaitBlocked();
      second.awaitBlocked();
      assertThat(call).isNotDone();
      mayEnd.countDown();

      assertThat(call.join()).isTrue();
      assertThat(first.result()).isTrue();
      assertThat(second.result()).isTrue();
      world.agent(0).shutdown();
      assertThatIllegalStateException()
          .isThrownBy(() -> world.seen(0, 1).call(boolean.class, "hold"));
    }
  }

  @Test
  void shutdown_workerThatDied_throwsNamingIt() {
    try (LocalWorld world = LocalWorld.of(3, options -> {})) {
      world.agent(2).close();

      assertThatExceptionOfType(WorkerLostException.class)
          .isThrownBy(() -> world.agent(0).shutdown())
          .withMessageStartingWith("shutdown failed: worker 'worker2' (rank 2, ");
    }
  }

  @Test
  void shutdown_workerThatDoesNotCome_timesOutNamingIt() {
    try (LocalWorld world = LocalWorld.of(2, options -> {})) {
      assertThatExceptionOfType(RpcTimeoutException.class)
          .isThrownBy(() -> world.agent(0).shutdown(SHORT))
          .withMessageMatching(
              "shutdown timed out after PT0.2S waiting for 'worker1' \\(rank 1, .*\\): it has"
                  + " not called shutdown");
    }
  }
}
