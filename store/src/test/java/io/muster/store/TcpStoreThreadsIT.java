package io.muster.store;

import static io.muster.fixtures.contract.StoreFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Platform;
import io.muster.fixtures.Background;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The threads that share a client, and what signals and interrupts do to them. */
@Tag("slow")
@ParameterizedClass
@EnumSource(ServerBackend.class)
class TcpStoreThreadsIT {
  private final StoreServer server;
  private final TcpStore store;

  TcpStoreThreadsIT(ServerBackend backend) {
    server = StoreServer.start(StoreServerOptions.builder().backend(backend).build());
    store = TcpStore.connect("127.0.0.1", server.port());
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  @Test
  void eightThreads_readWhatTheyHaveWritten() {
    var threads =
        IntStream.range(0, 8)
            .mapToObj(thread -> Background.run(() -> writeAndRead("thread" + thread + "/")))
            .toList();

    threads.forEach(Background::result);
  }

  private void writeAndRead(String own) {
    String log = "";
    for (int i = 0; i < 200; i++) {
      String value = own + i;
      store.set(own + "set", value);
      assertThat(store.getString(own + "set")).isEqualTo(value);

      store.append(own + "log", value);
      log += value;
      assertThat(store.getString(own + "log")).isEqualTo(log);

      store.multiSet(List.of(own + "a", own + "b"), List.of(bytes(value), bytes(log)));
      assertThat(store.multiGet(own + "b", own + "a")).containsExactly(bytes(log), bytes(value));

      store.queuePush(own + "queue", bytes(value));
      assertThat(store.queueLen(own + "queue")).isEqualTo(1);
      assertThat(store.queuePop(own + "queue")).isEqualTo(bytes(value));

      String fresh = own + "fresh" + i;
      store.set(fresh, value);
      store.await(Duration.ZERO, fresh);
      assertThat(store.check(fresh)).isTrue();
      assertThat(store.deleteKey(fresh)).isTrue();
    }
  }

  @Test
  void signal_duringAWait_changesNothing() throws InterruptedException {
    if (!Platform.isLinux()) {
      System.out.println("Not Linux: no thread is sent a signal.");
      return;
    }
    try (TcpStore waiting = store.duplicate();
        Signals signals = Signals.handled()) {
      CompletableFuture<Integer> threadId = new CompletableFuture<>();
      var wait =
          Background.call(
              () -> {
                threadId.complete(Signals.currentThread());
                waiting.await(Background.PATIENCE, "foo");
                return waiting.getString("foo");
              });
      int thread = threadId.join();
      awaitWaits(1);

      for (int i = 0; i < 10; i++) {
        signals.send(thread);
        wait.awaitBlocked();
      }
      store.set("foo", "bar");

      assertThat(wait.result()).isEqualTo("bar");
    }
  }

  @Test
  void virtualThread_interruptedInAWait_leavesTheStoreUsable() {
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread thread =
        startVirtual(
            () -> {
              try {
                store.await(Store.FOREVER, "absent");
              } catch (RuntimeException e) {
                failure.complete(e);
              }
              flag.complete(Thread.currentThread().isInterrupted());
            });
    if (thread == null) {
      return;
    }
    awaitWaits(1);

    thread.interrupt();

    assertThat(failure.join()).isInstanceOf(StoreInterruptedException.class);
    assertThat(flag.join()).as("the flag is set again").isTrue();
    awaitWaits(0);
    store.set("key", "value");
    assertThat(store.getString("key")).isEqualTo("value");
  }

  @Test
  void virtualThread_interruptedBeforeWhatDoesNotWait_leavesTheStoreUsable() {
    CompletableFuture<String> seen = new CompletableFuture<>();
    Thread thread =
        startVirtual(
            () -> {
              Thread.currentThread().interrupt();
              try {
                store.set("key", "value");
                seen.complete(store.getString("key") + " " + store.add("n", 1));
              } catch (RuntimeException e) {
                seen.completeExceptionally(e);
              }
            });
    if (thread == null) {
      return;
    }

    assertThat(seen.join()).isEqualTo("value 1");
    assertThat(store.numKeys()).isEqualTo(2);
  }

  @Test
  void virtualThreads_manyAtOnce_eachGetTheirValue() {
    List<CompletableFuture<String>> values =
        IntStream.range(0, 200).mapToObj(i -> new CompletableFuture<String>()).toList();
    for (int i = 0; i < values.size(); i++) {
      CompletableFuture<String> value = values.get(i);
      String key = "key" + i;
      Runnable getting =
          () -> {
            try {
              value.complete(store.getString(key));
            } catch (RuntimeException e) {
              value.completeExceptionally(e);
            }
          };
      if (startVirtual(getting) == null) {
        return;
      }
    }
    awaitWaits(values.size());

    for (int i = 0; i < values.size(); i++) {
      store.set("key" + i, "value" + i);
    }

    for (int i = 0; i < values.size(); i++) {
      assertThat(values.get(i).join()).isEqualTo("value" + i);
    }
  }

  /**
   * Fault B5, for calls that are answered at once: virtual threads take the store's lock first, and
   * only the one that has it borrows a platform thread. Waits still have a connection each.
   */
  @Test
  void virtualThreads_ofQuickCalls_needFewPlatformThreads() {
    long idleFromOtherTests = ioThreads();
    List<CompletableFuture<Integer>> seen =
        IntStream.range(0, 2000).mapToObj(i -> new CompletableFuture<Integer>()).toList();
    for (int i = 0; i < seen.size(); i++) {
      CompletableFuture<Integer> future = seen.get(i);
      String key = "key" + i;
      Runnable calling =
          () -> {
            try {
              store.set(key, key);
              assertThat(store.getString(key)).isEqualTo(key);
              future.complete(ioThreads());
            } catch (Throwable e) {
              future.completeExceptionally(e);
            }
          };
      if (startVirtual(calling) == null) {
        return;
      }
    }

    int most = seen.stream().mapToInt(CompletableFuture::join).max().orElseThrow();
    assertThat(most - idleFromOtherTests).as("new threads for I/O").isLessThanOrEqualTo(8);
    assertThat(most).isPositive();
    assertThat(server.statistics().acceptedConnections()).isEqualTo(1);
  }

  /** Fault B2, for virtual threads; see {@link TcpStoreDeadlineIT}. */
  @Test
  void virtualThread_interruptedInACallThatIsNotAnswered_endsIt() {
    try (FakeServer silent = FakeServer.start();
        TcpStore client = TcpStore.connect("127.0.0.1", silent.port())) {
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      CompletableFuture<Boolean> began = new CompletableFuture<>();
      Thread thread =
          startVirtual(
              () -> {
                began.complete(true);
                try {
                  failure.complete(new AssertionError("keys: " + client.numKeys()));
                } catch (RuntimeException e) {
                  failure.complete(e);
                }
              });
      if (thread == null) {
        return;
      }
      assertThat(began.join()).isTrue();

      thread.interrupt();

      assertThat(failure.join()).isInstanceOf(StoreInterruptedException.class);
    }
  }

  private static int ioThreads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("muster-store-io"))
            .count();
  }

  /** Returns once so many clients wait on the server. */
  private void awaitWaits(int waits) {
    long start = System.nanoTime();
    while (server.statistics().waits() != waits) {
      assertThat(System.nanoTime() - start)
          .as("%s wait, not %s", server.statistics().waits(), waits)
          .isLessThan(Background.PATIENCE.toNanos());
      Thread.onSpinWait();
    }
  }

  /** Null, and a line that says so, on a JDK without virtual threads. */
  private static @Nullable Thread startVirtual(Runnable body) {
    try {
      return (Thread)
          Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, body);
    } catch (NoSuchMethodException e) {
      System.out.println("This JDK has no virtual threads: nothing of them is tested.");
      return null;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no virtual thread can be started", e);
    }
  }
}
