package io.muster.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Background;
import io.muster.fixtures.WaitingThread;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fault B5: threads that wait for items and at barriers share a connection, and what they leave
 * behind when they give up: an item that was meant for one, an arrival.
 */
@Tag("slow")
@ParameterizedClass
@EnumSource(ServerBackend.class)
class TcpStoreManyPopsIT {
  /** So many waits have connections of their own. */
  private static final int ALONE = 8;

  /** One for everything else, those of the first few waits, and the shared one. */
  private static final int MAX_CONNECTIONS = 1 + ALONE + 1;

  private final StoreServer server;
  private final TcpStore store;
  private final List<WaitingThread> others = new ArrayList<>();
  private final List<WaitingThread> waiters = new ArrayList<>();
  private final Queue<String> popped = new ConcurrentLinkedQueue<>();

  TcpStoreManyPopsIT(ServerBackend backend) {
    server = StoreServer.start(StoreServerOptions.builder().backend(backend).build());
    store =
        TcpStore.connect(
            "127.0.0.1", server.port(), TcpStoreOptions.builder().timeout(Store.FOREVER).build());
  }

  /** From now on each wait has to share. */
  @BeforeEach
  void takeTheConnectionsOfTheFirst() {
    for (int i = 0; i < ALONE; i++) {
      others.add(new WaitingThread(() -> store.await("end")));
    }
    awaitWaits(0);
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  private void pop(int threads) {
    for (int i = 0; i < threads; i++) {
      waiters.add(new WaitingThread(() -> popped.add(new String(store.queuePop("q"), UTF_8))));
    }
  }

  private void push(int from, int to) {
    IntStream.range(from, to).forEach(i -> store.queuePush("q", "item" + i));
  }

  private static String[] items(int count) {
    return IntStream.range(0, count).mapToObj(i -> "item" + i).toArray(String[]::new);
  }

  private List<String> results() {
    return waiters.stream().map(WaitingThread::result).toList();
  }

  private void awaitWaits(int waits) {
    await(waits + " wait", () -> server.statistics().waits() == ALONE + waits);
  }

  private static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - start).as(what).isLessThan(Background.PATIENCE.toNanos());
      Thread.onSpinWait();
    }
  }

  @Test
  void manyPops_shareAConnection_andTakeEachItemOnce() {
    int count = 500;
    pop(count);
    awaitWaits(count);

    assertThat(server.statistics().openConnections()).isEqualTo(MAX_CONNECTIONS);
    push(0, count);

    assertThat(results()).hasSize(count).containsOnly("came");
    assertThat(popped).containsExactlyInAnyOrder(items(count));
    assertThat(server.statistics().waits()).isEqualTo(ALONE);
    assertThat(server.statistics().acceptedConnections()).isEqualTo(MAX_CONNECTIONS);
  }

  @Test
  void manyPops_ofManyItemsEach_getThemAll() {
    for (int i = 0; i < 20; i++) {
      waiters.add(
          new WaitingThread(
              () -> {
                for (int item = 0; item < 100; item++) {
                  popped.add(new String(store.queuePop("q"), UTF_8));
                }
              }));
    }
    push(0, 2000);

    assertThat(results()).containsOnly("came");
    assertThat(popped).containsExactlyInAnyOrder(items(2000));
    assertThat(store.queueLen("q")).isZero();
  }

  @Test
  void pops_thatTimeOut_takeNothing() {
    store.setTimeout(Duration.ofMillis(50));
    pop(50);

    assertThat(results()).containsOnly("StoreTimeoutException");
    assertThat(server.statistics().waits()).isEqualTo(ALONE);
    push(0, 1);
    assertThat(store.queueLen("q")).isEqualTo(1);
  }

  /** Whoever is interrupted takes an item or leaves it to one who still waits. */
  @Test
  void pops_interruptedWhileItemsCome_loseNeitherAnItemNorAWakeUp() {
    int count = 60;
    for (int round = 0; round < 20; round++) {
      waiters.clear();
      popped.clear();
      pop(count);
      awaitWaits(count);

      var pushing = Background.run(() -> push(0, count / 2));
      IntStream.range(0, count).filter(i -> i % 2 == 0).forEach(i -> waiters.get(i).interrupt());

      assertThat(pushing.result()).isTrue();
      IntStream.range(0, count).filter(i -> i % 2 == 0).forEach(i -> waiters.get(i).result());
      // The others wait on, but none does while there is an item.
      await("every item is taken", () -> store.queueLen("q") == 0);
      AtomicInteger pushed = new AtomicInteger(count / 2);
      await(
          "all have one",
          () -> {
            if (store.queueLen("q") == 0 && server.statistics().waits() > ALONE) {
              push(pushed.get(), pushed.incrementAndGet());
            }
            return waiters.stream().allMatch(WaitingThread::isDone);
          });

      assertThat(results().stream().filter(end -> end.equals("came")))
          .hasSizeGreaterThanOrEqualTo(count / 2);
      assertThat(results()).allMatch(end -> end.matches("came(, flag)?|StoreInterr.*, flag"));
      assertThat(popped).doesNotHaveDuplicates().isSubsetOf(items(pushed.get()));
    }
    assertThat(server.statistics().openConnections()).isLessThanOrEqualTo(MAX_CONNECTIONS);
  }

  @Test
  void manyBarriers_shareAConnection() {
    int count = 200;
    for (int i = 0; i < count; i++) {
      String key = "barrier" + i;
      waiters.add(new WaitingThread(() -> store.barrier(key, 2)));
    }
    awaitWaits(count);

    assertThat(server.statistics().openConnections()).isEqualTo(MAX_CONNECTIONS);
    IntStream.range(0, count).forEach(i -> store.barrier("barrier" + i, 2));

    assertThat(results()).containsOnly("came");
    assertThat(server.statistics().acceptedConnections()).isEqualTo(MAX_CONNECTIONS);
  }

  @Test
  void barrier_ofManyThreads_isPassedByAll() {
    int count = 300;
    for (int i = 0; i < count; i++) {
      waiters.add(new WaitingThread(() -> store.barrier("barrier", count + 1)));
    }
    awaitWaits(count);

    store.barrier("barrier", count + 1);

    assertThat(results()).containsOnly("came");
  }

  @Test
  void callersAtABarrier_interruptedOrLate_doNotCount() {
    for (int i = 0; i < 30; i++) {
      waiters.add(new WaitingThread(() -> store.barrier("barrier", 100)));
    }
    awaitWaits(30);
    waiters.forEach(WaitingThread::interrupt);
    assertThat(results()).containsOnly("StoreInterruptedException, flag");
    assertThat(store.check("barrier")).isFalse();

    waiters.clear();
    for (int i = 0; i < 30; i++) {
      Duration timeout = Duration.ofMillis(i);
      waiters.add(new WaitingThread(() -> store.barrier("barrier", 100, timeout)));
    }
    assertThat(results()).containsOnly("StoreTimeoutException");
    assertThat(store.check("barrier")).isFalse();
    assertThat(server.statistics().waits()).isEqualTo(ALONE);
  }

  /** Fault B3, where waits are shared. */
  @Test
  void aLoneCallerAtABarrierOfTwo_interrupted_neverPasses() {
    Thread caller = Thread.currentThread();
    for (int round = 0; round < 200; round++) {
      var interrupting =
          Background.run(
              () -> {
                awaitWaits(1);
                caller.interrupt();
              });
      assertThatExceptionOfType(StoreInterruptedException.class)
          .isThrownBy(() -> store.barrier("barrier", 2, Background.PATIENCE));
      assertThat(Thread.interrupted()).as("the flag is set again").isTrue();
      assertThat(interrupting.result()).isTrue();
      assertThat(server.statistics().waits()).isEqualTo(ALONE);
    }
  }

  @Test
  void barrier_thatIsRefused_endsAlone() {
    store.set("text", "no number");
    WaitingThread sharing = new WaitingThread(() -> store.barrier("barrier", 2));
    awaitWaits(1);

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.barrier("text", 2))
        .withMessageContaining("not a number");

    assertThat(server.statistics().waits()).isEqualTo(ALONE + 1);
    store.barrier("barrier", 2);
    assertThat(sharing.result()).isEqualTo("came");
  }

  @Test
  void close_takesArrivalsBack() {
    for (int i = 0; i < 30; i++) {
      waiters.add(new WaitingThread(() -> store.barrier("barrier", 100)));
    }
    pop(30);
    awaitWaits(60);

    store.close();

    assertThat(results()).containsOnly("IllegalStateException");
    try (TcpStore other = TcpStore.connect("127.0.0.1", server.port())) {
      await("the arrivals are taken back", () -> !other.check("barrier"));
    }
    await("no wait is left", () -> server.statistics().waits() == 0);
  }
}
