package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.ChildProcess;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Worlds whose workers are processes. */
@Tag("worlds-of-processes")
@Execution(ExecutionMode.CONCURRENT)
class ProcessesIT {
  @TempDir private Path directory;

  private ChildProcess start(String name, int rank, int size, Duration initTimeout) {
    return start(
        Map.of(),
        directory.resolve("store").toUri().toString(),
        name,
        String.valueOf(rank),
        String.valueOf(size),
        String.valueOf(initTimeout.toMillis()));
  }

  private static ChildProcess start(Map<String, String> environment, String... arguments) {
    return ChildProcess.start(
        environment,
        ChildProcess.javaCommand(ChildProcess.SHORT_RUN, WorkerProcess.class, arguments));
  }

  /** Workers named w0, w1 and so on. */
  private final class World implements AutoCloseable {
    private final List<ChildProcess> workers;

    World(int size) {
      workers =
          IntStream.range(0, size)
              .mapToObj(rank -> start("w" + rank, rank, size, Background.PATIENCE))
              .toList();
      workers.forEach(worker -> assertThat(worker.answer()).isEqualTo("ready"));
    }

    ChildProcess worker(int rank) {
      return workers.get(rank);
    }

    /** Shuts all workers down at once and waits until the processes end. */
    void shutDown() {
      workers.forEach(worker -> worker.tell("shutdown"));
      workers.forEach(worker -> assertThat(worker.answer()).isEqualTo("down"));
      workers.forEach(ChildProcess::endInput);
      workers.forEach(worker -> assertThat(worker.exitCode()).isZero());
    }

    @Override
    public void close() {
      workers.forEach(ChildProcess::close);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void calls_inAllDirections_return(int size) {
    try (World world = new World(size)) {
      for (int from = 0; from < size; from++) {
        for (int to = 0; to < size; to++) {
          assertThat(world.worker(from).ask("twice w%d %d".formatted(to, from)))
              .isEqualTo(String.valueOf(2 * from));
        }
      }
      world.shutDown();
    }
  }

  @Test
  void calls_insideOfEachOther_andTenThousandAtOnce_return() {
    try (World world = new World(2)) {
      assertThat(world.worker(0).ask("bounce w1 20")).isEqualTo("20");
      // Both call at once, so that each waits for the other.
      world.worker(0).tell("burst w1 10000");
      assertThat(world.worker(1).ask("burst w0 10000")).isEqualTo("10000 right");
      assertThat(world.worker(0).answer()).isEqualTo("10000 right");
      world.shutDown();
    }
  }

  @Test
  void worker_killedDuringCalls_isNamedToItsCallersAndItsReferencesAreFreed() {
    try (World world = new World(4)) {
      ChildProcess owner = world.worker(0);
      // Each worker holds one object of its own.
      assertThat(owner.ask("owned 1")).isEqualTo("1 owned");
      assertThat(world.worker(3).ask("create w0")).isEqualTo("created");
      assertThat(world.worker(3).ask("add 5")).isEqualTo("5");
      assertThat(owner.ask("owned 2")).isEqualTo("2 owned");
      for (int caller : new int[] {1, 2}) {
        assertThat(world.worker(caller).ask("gate w3")).isEqualTo("called");
        assertThat(world.worker(3).answer()).isEqualTo("waiting");
      }

      world.worker(3).close();

      for (int caller : new int[] {1, 2}) {
        assertThat(world.worker(caller).ask("outcome"))
            .startsWith("io.muster.rpc.WorkerLostException: gate on worker 'w3' (rank 3, ");
        assertThat(world.worker(caller).ask("twice w3 1"))
            .startsWith("io.muster.rpc.WorkerLostException: twice on worker 'w3' (rank 3, ");
      }
      assertThat(owner.ask("owned 1")).isEqualTo("1 owned");
      // The others still reach each other and do not wait for the dead worker.
      assertThat(owner.ask("twice w1 4")).isEqualTo("8");
      owner.tell("shutdown");
      world.worker(1).tell("shutdown");
      assertThat(world.worker(2).ask("shutdown"))
          .startsWith("io.muster.rpc.WorkerLostException: shutdown failed: worker 'w3' (rank 3, ");
      assertThat(owner.answer()).contains("worker 'w3'");
      assertThat(world.worker(1).answer()).contains("worker 'w3'");
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void worker_thatStandsStill_isLostBeforeTheCallTimesOut()
      throws IOException, InterruptedException {
    try (World world = new World(2)) {
      assertThat(world.worker(0).ask("twice w1 1")).isEqualTo("2");
      world.worker(1).signal("STOP");
      try {
        // Its kernel still receives data, so only keep-alive detects the stop.
        assertThat(world.worker(0).ask("twice w1 2"))
            .startsWith("io.muster.rpc.WorkerLostException: twice on worker 'w1' (rank 1, ")
            .contains("Keepalive failed");
      } finally {
        world.worker(1).signal("CONT");
      }
      assertThat(world.worker(0).ask("twice w1 3")).isEqualTo("6");
      world.shutDown();
    }
  }

  @Test
  void shutdown_withACallUnderWay_waitsForItsEnd() {
    try (World world = new World(3)) {
      assertThat(world.worker(0).ask("gate w1")).isEqualTo("called");
      assertThat(world.worker(1).answer()).isEqualTo("waiting");
      world.worker(0).tell("shutdown");
      world.worker(1).tell("shutdown");
      assertThat(world.worker(0).isSilent()).isTrue();
      assertThat(world.worker(1).isSilent()).isTrue();

      assertThat(world.worker(2).ask("open w1")).isEqualTo("opened");

      assertThat(world.worker(2).ask("shutdown")).isEqualTo("down");
      assertThat(world.worker(1).answer()).isEqualTo("down");
      assertThat(world.worker(0).answer()).isEqualTo("down");
      assertThat(world.worker(0).ask("outcome")).isEqualTo("open");
    }
  }

  @Test
  void init_nameOfAnother_isRefused() {
    try (ChildProcess first = start("same", 0, 2, Duration.ofSeconds(5));
        ChildProcess second = start("same", 1, 2, Duration.ofSeconds(5))) {
      List<String> answers = List.of(first.answer(), second.answer());

      assertThat(answers)
          .anySatisfy(answer -> assertThat(answer).contains("worker name 'same' is not unique"))
          .anySatisfy(answer -> assertThat(answer).contains("did not join within PT5S"));
    }
  }

  @Test
  void init_workerMissing_isNamed() {
    try (ChildProcess alone = start("alone", 1, 3, Duration.ofSeconds(1))) {
      assertThat(alone.answer())
          .isEqualTo(
              "worker 'alone' (rank 1): the workers of ranks [0, 2] did not join within PT1S");
    }
  }

  @Test
  void workersWithoutAWorldSize_comeAndGo_byAStoreThatAnotherProcessHosts() {
    try (TcpStore server = TcpStore.host("127.0.0.1", 0, TcpStoreOptions.builder().build())) {
      Map<String, String> environment =
          Map.of(
              "MASTER_ADDR", "127.0.0.1",
              "MASTER_PORT", String.valueOf(server.port()),
              "TORCHELASTIC_USE_AGENT_STORE", "True");
      try (ChildProcess first = open(environment, "first");
          ChildProcess second = open(environment, "second")) {
        assertThat(first.answer()).isEqualTo("ready");
        assertThat(second.answer()).isEqualTo("ready");
        assertThat(first.ask("twice second 1")).isEqualTo("2");
        assertThat(second.ask("shutdown")).isEqualTo("down");
        assertThat(first.ask("twice second 1")).contains("no worker 'second' among ['first'");
        try (ChildProcess again = open(environment, "second")) {
          assertThat(again.answer()).isEqualTo("ready");
          assertThat(first.ask("twice second 3")).isEqualTo("6");
        }
      }
    }
  }

  private static ChildProcess open(Map<String, String> environment, String name) {
    return start(environment, "env://", name, "-1", "-1", "20000");
  }
}
