package io.muster.store.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Background;
import io.muster.fixtures.Eventually;
import io.muster.fixtures.FreePort;
import io.muster.fixtures.wire.RawClient;
import io.muster.store.MusterException;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server whose changes pass a journal, which is in memory. */
class JournaledServerTest {
  private static final int CLIENTS = 20;

  private final MemoryDisk disk = new MemoryDisk();
  private StoreServer server =
      FreePort.useAgain(port -> StoreServer.start(options().port(port).build()));

  private StoreServerOptions.Builder options() {
    return StoreServerOptions.builder().dataDirectory(disk.path());
  }

  @AfterEach
  void close() {
    disk.release();
    server.close();
  }

  private void restart() {
    restart(options());
  }

  private void restart(StoreServerOptions.Builder options) {
    server.close();
    server = StoreServer.start(options.build());
  }

  /** A job on a port that is free after a restart. */
  private StoreJob createJob(JobOptions options) {
    return FreePort.useAgain(port -> server.createJob(options.withPort(port)));
  }

  private Store connect() {
    return connect(server.port());
  }

  private static Store connect(int port) {
    return TcpStore.connect("127.0.0.1", port);
  }

  /** Has all writes of the client acknowledged. */
  private static void sync(Store store) {
    long unusedKeys = store.numKeys();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  private long served(String opcode) {
    return server.statistics().requests().getOrDefault(opcode, 0L);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void contents_surviveARestart(boolean snapshot) throws IOException {
    try (Store store = connect()) {
      store.set("k", "value");
      store.append("k", "s".repeat(5_000));
      store.append("k", "end");
      store.add("n", 40);
      store.add("n", 1);
      store.set("gone", "x");
      store.deleteKey("gone");
      store.queuePush("q", "first");
      store.queuePush("q", "second");
      store.queuePush("q", "third");
      assertThat(text(store.queuePop("q"))).isEqualTo("first");
      if (snapshot) {
        sync(store);
        disk.snapshot();
      }
      store.add("n", 1);
    }
    int port = server.port();

    restart();

    assertThat(server.port()).isEqualTo(port);
    try (Store store = connect()) {
      assertThat(store.getString("k")).isEqualTo("value" + "s".repeat(5_000) + "end");
      assertThat(store.add("n", 0)).isEqualTo(42);
      assertThat(store.check("gone")).isFalse();
      assertThat(store.queueLen("q")).isEqualTo(2);
      assertThat(text(store.queuePop("q"))).isEqualTo("second");
    }
  }

  @Test
  void answer_waitsForTheJournal_whileOthersRead() {
    try (Store store = connect();
        Store other = connect()) {
      disk.hold();
      Background<Long> add = Background.call(() -> store.add("n", 5));
      Eventually.assertThat(() -> served("TRY_ADD")).isEqualTo(1L);

      assertThat(other.check("n")).isFalse();
      assertThat(add.isDone()).isFalse();

      disk.release(1);
      assertThat(add.result()).isEqualTo(5);
    }
  }

  @Test
  void writeWithoutReply_isInTheJournal_onceALaterRequestIsAnswered() {
    try (Store store = connect()) {
      disk.hold();
      store.set("k", "v");
      store.queuePush("q", "item");
      Background<Long> later = Background.call(() -> store.queueLen("none"));
      Eventually.assertThat(() -> served("SET")).isEqualTo(1L);
      assertThat(later.isDone()).isFalse();
      disk.release(1);
      Eventually.assertThat(() -> served("QUEUE_PUSH")).isEqualTo(1L);
      assertThat(later.isDone()).isFalse();

      disk.release(1);

      assertThat(later.result()).isZero();
    }
  }

  @Test
  void whatManyClientsWriteMeanwhile_isOneBatch() {
    List<Store> stores = new ArrayList<>();
    List<Background<Long>> adds = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        stores.add(connect());
      }
      int before = disk.batches();
      disk.hold();
      for (Store store : stores) {
        adds.add(Background.call(() -> store.add("n", 1)));
      }
      Eventually.assertThat(() -> served("TRY_ADD")).isEqualTo((long) CLIENTS);
      disk.release();

      assertThat(adds.stream().map(Background::result))
          .doesNotHaveDuplicates()
          .allMatch(sum -> sum <= CLIENTS);
      assertThat(disk.batches() - before).isBetween(1, CLIENTS / 2);
    } finally {
      stores.forEach(Store::close);
    }
  }

  @Test
  void commit_wakesThoseWhoWait() {
    try (Store store = connect();
        Store other = connect()) {
      Background<Boolean> wait = Background.run(() -> other.await(Duration.ofSeconds(30), "k"));
      Eventually.assertThat(() -> server.statistics().waits()).isEqualTo(1);
      Background<byte[]> pop = Background.call(() -> store.queuePop("q"));
      Eventually.assertThat(() -> server.statistics().waits()).isEqualTo(2);

      other.queuePush("q", "item");
      store.set("k", "v");

      assertThat(wait.result()).isTrue();
      assertThat(text(pop.result())).isEqualTo("item");
    }
  }

  @Test
  void batchThatComesTwice_isAppliedOnce() {
    disk.repeat();
    try (Store store = connect()) {
      assertThat(store.add("n", 1)).isEqualTo(1);
      assertThat(store.add("n", 1)).isEqualTo(2);
    }
    restart();
    try (Store store = connect()) {
      assertThat(store.add("n", 0)).isEqualTo(2);
    }
  }

  @Test
  void serverWhoseJournalFails_stops_andAnswersNothing() throws InterruptedException {
    try (Store store = connect()) {
      store.add("n", 1);
      disk.fail("the disk is full");

      assertThatExceptionOfType(MusterException.class).isThrownBy(() -> store.add("n", 1));
      assertThat(server.awaitTermination()).isFalse();
    }
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> server.jobs().get(0).clear());
  }

  @Test
  void changeThatIsTooLong_isRefused() {
    disk.limit(1_000);
    try (Store store = connect();
        RawClient raw = RawClient.connect(server)) {
      raw.send(RawClient.set("k", "v".repeat(2_000)));
      raw.expectClosed();

      store.set("k", "v".repeat(500));
      assertThat(store.getString("k")).hasSize(500);
    }
    assertThat(server.statistics().brokenConnections()).isEqualTo(1);
  }

  @Test
  void arrivalsAtBarriers_doNotSurviveTheirClients() throws IOException {
    try (Store store = connect()) {
      Background<Boolean> arrival =
          Background.run(() -> store.barrier("b", 2, Duration.ofSeconds(30)));
      Eventually.assertThat(() -> server.statistics().waits()).isEqualTo(1);
      disk.snapshot();

      restart();

      assertThat(arrival.failure()).isInstanceOf(MusterException.class);
      try (Store next = connect();
          Store other = connect()) {
        Background<Boolean> first =
            Background.run(() -> next.barrier("b", 2, Duration.ofSeconds(30)));
        Eventually.assertThat(() -> server.statistics().waits()).isEqualTo(1);
        assertThat(first.isDone()).isFalse();
        other.barrier("b", 2, Duration.ofSeconds(30));
        assertThat(first.result()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void jobs_arePartOfTheContents(boolean snapshot) throws IOException {
    StoreJob job =
        createJob(JobOptions.of("train").withWorldSize(8).withResetWhenIdle(Duration.ofHours(1)));
    StoreJob removed = server.createJob(JobOptions.of("removed"));
    try (Store store = connect(job.port())) {
      store.add("n", 7);
    }
    removed.remove();
    if (snapshot) {
      disk.snapshot();
    }

    restart();

    assertThat(server.jobs()).extracting(StoreJob::name).containsExactly("default", "train");
    StoreJob again = server.job("train").orElseThrow();
    assertThat(again.port()).isEqualTo(job.port());
    assertThat(again.worldSize()).hasValue(8);
    try (Store store = connect(again.port())) {
      assertThat(store.add("n", 0)).isEqualTo(7);
    }
    StoreJob namesake = server.createJob(JobOptions.of("removed"));
    assertThat(namesake.statistics().keys()).isZero();
  }

  @Test
  void portThatIsGiven_replacesTheRecordedOne() {
    int recorded = server.port();
    int given =
        FreePort.useAgain(
            port -> {
              int other = port == recorded ? port - 1 : port;
              restart(options().port(other));
              return other;
            });
    assertThat(server.port()).isEqualTo(given).isNotEqualTo(recorded);

    restart();
    assertThat(server.port()).isEqualTo(given);
  }

  @Test
  void clearedAndResetJobs_stayEmpty() {
    StoreJob job = createJob(JobOptions.of("train"));
    try (Store store = connect();
        Store other = connect(job.port())) {
      store.add("n", 1);
      other.add("n", 1);
      server.job("default").orElseThrow().clear();
      assertThat(store.numKeys()).isZero();
      store.add("later", 1);
      job.reset();
      assertThat(job.statistics().keys()).isZero();
    }

    restart();

    try (Store store = connect()) {
      assertThat(store.listKeys()).containsExactly("later");
    }
    assertThat(server.job("train").orElseThrow().statistics().keys()).isZero();
  }

  @Test
  void clientThatConnectsBeforeAResetIsWritten_isDisconnectedToo() {
    StoreJob job = server.createJob(JobOptions.of("train"));
    try (Store before = connect(job.port())) {
      before.set("k", "old");
      sync(before);
      disk.hold();
      Background<Boolean> reset = Background.run(job::reset);
      Eventually.assertThat(() -> job.statistics().openConnections()).isEqualTo(0);

      try (Store meanwhile = connect(job.port())) {
        assertThat(meanwhile.getString("k")).isEqualTo("old");
        assertThat(reset.isDone()).isFalse();
        disk.release();
        assertThat(reset.result()).isTrue();

        assertThatExceptionOfType(MusterException.class).isThrownBy(meanwhile::numKeys);
      }
    }
    try (Store after = connect(job.port())) {
      assertThat(after.check("k")).isFalse();
    }
  }

  @Test
  void snapshotWhileClientsWrite_isOfOneMoment() throws IOException {
    try (Store store = connect()) {
      store.add("n", 1);
      store.queuePush("q", "before");
      for (int i = 0; i < 2_000; i++) {
        store.set("key" + i, "before");
      }
      sync(store);
      disk.snapshot(
          () -> {
            for (int i = 0; i < 500; i++) {
              store.add("n", 1);
            }
            store.queuePush("q", "after");
            sync(store);
          });
    }

    restart();

    try (Store store = connect()) {
      assertThat(store.numKeys()).isEqualTo(2_001);
      assertThat(store.add("n", 0)).isEqualTo(501);
      assertThat(store.queueLen("q")).isEqualTo(2);
    }
  }

  @Test
  void directoryThatCannotBeUsed_isNamed_withTheReason() {
    Path none = Path.of("none");

    assertThatExceptionOfType(DataDirectoryException.class)
        .isThrownBy(
            () -> StoreServer.start(StoreServerOptions.builder().dataDirectory(none).build()))
        .withMessage("Opening the data directory none failed: there is no such disk; create one")
        .matches(e -> e.directory().equals(none));
  }

  @Test
  void threadedBackend_hasNoJournal() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options().backend(ServerBackend.THREADED).build())
        .withMessageContaining("EVENT_LOOP");
  }
}
