package io.muster.store.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.fixtures.Background;
import io.muster.fixtures.Eventually;
import io.muster.store.KeyText;
import io.muster.store.MusterException;
import io.muster.store.NetworkException;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several jobs on one server, over real sockets. */
class StoreJobTest {
  private final StoreServer server = StoreServer.start();
  private final StoreJob other = server.createJob(JobOptions.of("train-17").withWorldSize(8));

  @AfterEach
  void close() {
    server.close();
  }

  private static TcpStore connect(StoreJob job) {
    return TcpStore.connect("127.0.0.1", job.port());
  }

  @Test
  void server_hasTheDefaultJob_andThoseCreated() {
    assertThat(server.jobs()).extracting(StoreJob::name).containsExactly("default", "train-17");
    assertThat(server.job("train-17")).containsSame(other);
    assertThat(server.job("none")).isEmpty();
    assertThat(server.job("default").orElseThrow().port()).isEqualTo(server.port());
    assertThat(other.worldSize()).hasValue(8);
    assertThat(other.port()).isNotEqualTo(server.port());
    assertThat(server).asString().contains(":" + server.port(), ":" + other.port());
  }

  @Test
  void jobs_doNotSeeEachOthersKeys() {
    try (Store one = TcpStore.connect("127.0.0.1", server.port());
        Store two = connect(other)) {
      one.set("key", "1");
      two.set("key", "2");

      assertThat(one.getString("key")).isEqualTo("1");
      assertThat(two.getString("key")).isEqualTo("2");
      assertThat(other.statistics().keys()).isEqualTo(1);
      other.clear();
      assertThat(one.check("key")).isTrue();
      assertThat(two.check("key")).isFalse();
    }
  }

  @Test
  void keys_areThoseOfTheJob_withoutQueues_whateverTheirBytes() {
    try (Store one = TcpStore.connect("127.0.0.1", server.port());
        Store two = connect(other)) {
      one.set("default's", "1");
      two.set("a", "1");
      two.set("\udcff", "2");
      two.queuePush("queue", "item");
      assertThat(two.numKeys()).isEqualTo(2);

      assertThat(other.keys()).extracting(KeyText::text).containsExactlyInAnyOrder("a", "\udcff");
    }
  }

  @Test
  void keys_areThoseOfTheMomentOfTheCall_thoughTheyAreReadLater() {
    try (Store store = connect(other)) {
      List<String> names = IntStream.range(0, 1000).mapToObj(i -> "key-" + i).toList();
      store.multiSet(names, Collections.nCopies(names.size(), new byte[1]));
      assertThat(store.numKeys()).isEqualTo(names.size());

      Stream<byte[]> keys = other.keys();
      for (String name : names.subList(0, 500)) {
        assertThat(store.deleteKey(name)).isTrue();
      }
      store.set("later", "1");
      other.clear();

      assertThat(keys).extracting(KeyText::text).containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void optionsWithJobs_makeNoDefaultJob() {
    StoreServerOptions options =
        StoreServerOptions.builder().job(JobOptions.of("a")).job(JobOptions.of("b")).build();
    try (StoreServer two = StoreServer.start(options)) {
      assertThat(two.jobs()).extracting(StoreJob::name).containsExactly("a", "b");
      assertThat(two.port()).isEqualTo(two.job("a").orElseThrow().port());
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StoreServerOptions.builder().port(1234).job(JobOptions.of("a")).build());
  }

  @Test
  void nameThatIsTaken_isRefused_untilTheJobIsRemoved() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> server.createJob(JobOptions.of("train-17")))
        .withMessage("the server has a job 'train-17' already");

    other.remove();
    other.remove();

    assertThat(server.job("train-17")).isEmpty();
    assertThatIllegalStateException().isThrownBy(other::statistics);
    StoreJob again = server.createJob(JobOptions.of("train-17"));
    try (Store store = connect(again)) {
      store.set("key", "1");
    }
  }

  @Test
  void portInUse_isAnErrorThatNamesIt_andNoJobIsLeft() {
    assertThatExceptionOfType(NetworkException.class)
        .isThrownBy(() -> server.createJob(JobOptions.of("b").withPort(other.port())))
        .withMessageContaining("port: " + other.port())
        .withMessageContaining("EADDRINUSE");

    assertThat(server.job("b")).isEmpty();
    int port = other.port();
    other.remove();
    assertThat(server.createJob(JobOptions.of("b").withPort(port)).port()).isEqualTo(port);
  }

  @Test
  void remove_disconnectsTheClientsOfTheJobOnly() {
    try (Store one = TcpStore.connect("127.0.0.1", server.port());
        Store two = connect(other)) {
      one.set("key", "1");
      Background<Boolean> waiting = Background.run(() -> two.await("key")).awaitBlocked();

      other.remove();

      assertThat(waiting.failure()).isInstanceOf(MusterException.class);
      assertThat(one.getString("key")).isEqualTo("1");
    }
  }

  @Test
  void reset_whileClientsWrite_leavesNothing_andTheNextWorldIsServed() {
    List<Background<Boolean>> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int writer = i;
      writers.add(
          Background.run(
              () -> {
                try (Store store = connect(other)) {
                  for (long n = 0; ; n++) {
                    store.set(writer + "/" + n % 1000, "value");
                    store.add("count", 1);
                  }
                }
              }));
    }
    while (other.statistics().keys() < 1000) {
      Thread.onSpinWait();
    }

    other.reset();
    assertThat(other.statistics().keys()).isZero();

    assertThat(writers)
        .allSatisfy(writer -> assertThat(writer.failure()).isInstanceOf(MusterException.class));
    try (Store next = connect(other)) {
      assertThat(next.numKeys()).isZero();
      assertThat(next.add("count", 1)).isEqualTo(1);
    }
  }

  @Test
  void manyJobs_eachHasAPort() {
    List<StoreJob> jobs =
        IntStream.range(0, 100).mapToObj(i -> server.createJob(JobOptions.of("job-" + i))).toList();

    assertThat(jobs).extracting(StoreJob::port).doesNotHaveDuplicates();
    for (StoreJob job : jobs) {
      try (Store store = connect(job)) {
        store.set("name", job.name());
        assertThat(store.getString("name")).isEqualTo(job.name());
      }
    }
  }

  @Test
  void closedServer_hasClosedItsJobs_andCreatesNone() {
    server.close();

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), other.port()).close());
    assertThatIllegalStateException().isThrownBy(other::statistics);
    assertThatIllegalStateException().isThrownBy(other::keys);
    assertThatIllegalStateException().isThrownBy(other::clear);
    assertThatIllegalStateException().isThrownBy(() -> server.createJob(JobOptions.of("b")));
    other.remove();
  }

  @Test
  void threadedBackend_hasOneJob() {
    StoreServerOptions options =
        StoreServerOptions.builder().backend(ServerBackend.THREADED).build();
    try (StoreServer threaded = StoreServer.start(options);
        Store store = TcpStore.connect("127.0.0.1", threaded.port())) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> threaded.createJob(JobOptions.of("b")))
          .withMessageContaining("one job only");
      store.set("key", "1");
      assertThat(store.check("key")).isTrue();
      assertThat(threaded.jobs().get(0).keys()).extracting(KeyText::text).containsExactly("key");

      threaded.jobs().get(0).clear();

      assertThat(store.check("key")).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a b", "a/b", "a\u0000", "\u00e9", "a:1", "a,b"})
  void name_withOtherCharacters_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobOptions.of(name))
        .withMessageEndingWith(" neither . nor .. but was '" + PrintableText.of(name) + "'");
  }

  @Test
  void name_of63Characters_isTheLongest() {
    assertThat(JobOptions.of("a".repeat(63)).name()).hasSize(63);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobOptions.of("a".repeat(64)))
        .withMessageEndingWith(" but has 64 characters");
  }

  /** What joins is a client with a number of workers. */
  private static void joinAndLeave(int port) {
    TcpStoreOptions ofOne = TcpStoreOptions.builder().worldSize(1).build();
    try (TcpStore rank = TcpStore.connect("127.0.0.1", port, ofOne)) {
      rank.set("key", "of a world");
    }
  }

  @Test
  void resetWhenIdle_ofTheServer_holdsForJobsWithoutOneOfTheirOwn() {
    StoreServerOptions options = StoreServerOptions.builder().resetWhenIdle(Duration.ZERO).build();
    try (StoreServer resetting = StoreServer.start(options)) {
      StoreJob created = resetting.createJob(JobOptions.of("created"));
      StoreJob patient =
          resetting.createJob(JobOptions.of("patient").withResetWhenIdle(Duration.ofDays(1)));
      for (StoreJob job : resetting.jobs()) {
        joinAndLeave(job.port());
      }

      Eventually.assertThat(() -> resetting.statistics().keys()).isEqualTo(0);
      Eventually.assertThat(() -> created.statistics().keys()).isEqualTo(0);
      Eventually.assertThat(() -> patient.statistics().openConnections()).isEqualTo(0);
      assertThat(patient.statistics().keys()).isEqualTo(2);
    }
  }
}
