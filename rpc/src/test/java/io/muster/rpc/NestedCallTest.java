package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Background;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Nested calls, and calls beyond the limits. */
class NestedCallTest {
  /** Calls itself on the other worker until the number is 0. */
  private static RpcFunction pingPong(AtomicReference<LocalWorld> world) {
    return arguments -> {
      int from = (int) arguments[0];
      int left = (int) arguments[1];
      return left == 0
          ? 0
          : 1 + world.get().seen(from, 1 - from).call(Integer.class, "ping", 1 - from, left - 1);
    };
  }

  @Test
  void nestedCalls_moreThanThreads_returnWithoutADeadlock() {
    AtomicReference<LocalWorld> world = new AtomicReference<>();
    try (LocalWorld made =
        LocalWorld.of(
            2,
            options ->
                options.handlerThreads(4).queuedCalls(100).function("ping", pingPong(world)))) {
      world.set(made);
      // Twenty calls take all threads of worker 1 and make nested calls on both workers.
      List<CompletableFuture<Integer>> calls =
          IntStream.range(0, 20)
              .mapToObj(i -> made.seen(0, 1).callAsync(Integer.class, "ping", 1, 1))
              .toList();

      assertThat(calls).extracting(CompletableFuture::join).containsOnly(1);
    }
  }

  @Test
  void nestedCalls_deeperThanThreads_areRejectedAtOnce() {
    AtomicReference<LocalWorld> world = new AtomicReference<>();
    try (LocalWorld made =
        LocalWorld.of(2, options -> options.handlerThreads(4).function("ping", pingPong(world)))) {
      world.set(made);

      assertThat(made.seen(0, 1).call(Integer.class, "ping", 1, 8)).isEqualTo(8);
      assertThatExceptionOfType(RemoteException.class)
          .isThrownBy(() -> made.seen(0, 1).call(Integer.class, "ping", 1, 9))
          .withMessageContaining("was rejected: too many calls");
    }
  }

  @Test
  void calls_moreThanThreadsAndQueueTake_areRejectedAndTheRestReturns()
      throws InterruptedException {
    CountDownLatch mayEnd = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(2);
    try (LocalWorld world =
        LocalWorld.of(
            2,
            options ->
                options
                    .handlerThreads(2)
                    .queuedCalls(1)
                    .function(
                        "hold",
                        arguments -> {
                          running.countDown();
                          return mayEnd.await(20, TimeUnit.SECONDS);
                        }))) {
      Worker worker = world.seen(0, 1);
      CompletableFuture<Boolean> first = worker.callAsync(boolean.class, "hold");
      CompletableFuture<Boolean> second = worker.callAsync(boolean.class, "hold");
      assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
      List<CompletableFuture<Boolean>> more =
          IntStream.range(0, 5).mapToObj(i -> worker.callAsync(boolean.class, "hold")).toList();
      // One of the calls is queued, and the others are refused.
      CompletableFuture<?>[] all = more.toArray(CompletableFuture<?>[]::new);
      for (int refused = 0; refused < 4; refused++) {
        CompletableFuture<?>[] open =
            Arrays.stream(all).filter(call -> !call.isDone()).toArray(CompletableFuture<?>[]::new);
        if (open.length > 1) {
          assertThatExceptionOfType(CompletionException.class)
              .isThrownBy(() -> CompletableFuture.anyOf(open).join())
              .withCauseInstanceOf(RpcRejectedException.class);
        }
      }
      mayEnd.countDown();

      assertThat(first.join()).isTrue();
      assertThat(second.join()).isTrue();
      assertThat(more.stream().filter(call -> call.handle((v, e) -> e == null).join())).hasSize(1);
      assertThat(worker.call(boolean.class, "hold")).isTrue();
    }
  }

  @Test
  void nestedCall_withALongTimeout_endsWithTheCallItIsIn() throws InterruptedException {
    AtomicReference<LocalWorld> world = new AtomicReference<>();
    AtomicReference<Throwable> inner = new AtomicReference<>();
    CountDownLatch ended = new CountDownLatch(1);
    try (LocalWorld made =
        LocalWorld.of(
            2,
            options ->
                options
                    .function(
                        "outer",
                        arguments -> {
                          try {
                            return world
                                .get()
                                .seen(1, 0)
                                .withTimeout(Duration.ofHours(1))
                                .call(void.class, "hang");
                          } catch (RpcException e) {
                            inner.set(e);
                            ended.countDown();
                            throw e;
                          }
                        })
                    .function(
                        "hang",
                        arguments -> {
                          new CountDownLatch(1).await();
                          return null;
                        }))) {
      world.set(made);

      assertThatExceptionOfType(RpcTimeoutException.class)
          .isThrownBy(
              () -> made.seen(0, 1).withTimeout(Duration.ofMillis(200)).call(void.class, "outer"));

      assertThat(ended.await(Background.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      // The nested call ends by the outer deadline, or by the interrupt at that deadline.
      assertThat(inner.get())
          .isInstanceOfAny(RpcTimeoutException.class, RpcInterruptedException.class);
    }
  }

  @Test
  void callAsync_tenThousandAtOnce_allReturn() {
    try (LocalWorld world =
        LocalWorld.of(
            2, options -> options.function("twice", arguments -> 2 * (int) arguments[0]))) {
      Worker worker = world.seen(0, 1);

      List<CompletableFuture<Integer>> calls =
          IntStream.range(0, 10_000)
              .mapToObj(i -> worker.callAsync(Integer.class, "twice", i))
              .toList();

      for (int i = 0; i < calls.size(); i++) {
        assertThat(calls.get(i).join()).isEqualTo(2 * i);
      }
    }
  }
}
