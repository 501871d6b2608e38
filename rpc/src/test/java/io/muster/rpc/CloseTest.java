package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Background;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Fault E2: closing an agent fails its calls at once with {@link WorkerLostException}, whatever the
 * other side does.
 *
 * <p>The same kind of fault was looked for in calls that begin while the agent closes, in responses
 * for which there is no thread any more, and in the steps of closing after one has failed.
 */
class CloseTest {
  private final CountDownLatch called = new CountDownLatch(3);
  private final CountDownLatch mayEnd = new CountDownLatch(1);

  /** A world whose function "hold" ignores interrupts and returns when the test allows it. */
  private LocalWorld world() {
    return LocalWorld.of(
        2,
        options ->
            options.function(
                "hold",
                arguments -> {
                  called.countDown();
                  while (mayEnd.getCount() > 0) {
                    try {
                      mayEnd.await();
                    } catch (InterruptedException e) {
                      // This handler ignores interrupts.
                      assertThat(e).isNotNull();
                    }
                  }
                  return "late";
                }));
  }

  @Test
  void close_withCallsUnderWay_completesThemBeforeItReturns() throws InterruptedException {
    try (LocalWorld world = world()) {
      Worker worker = world.seen(0, 1);
      List<CompletableFuture<String>> calls =
          IntStream.range(0, 2).mapToObj(i -> worker.callAsync(String.class, "hold")).toList();
      Background<Throwable> blocking =
          Background.call(
              () -> {
                try {
                  return new AssertionError(worker.call(String.class, "hold"));
                } catch (RpcException e) {
                  return e;
                }
              });
      called.await();

      world.agent(0).close();

      assertThat(calls)
          .allSatisfy(
              call -> {
                assertThat(call).isDone();
                assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(call::join)
                    .withCauseInstanceOf(WorkerLostException.class)
                    .withMessageContaining("hold on worker 'worker1'")
                    .withMessageContaining("this worker has been closed");
              });
      assertThat(blocking.result()).isInstanceOf(WorkerLostException.class);
      mayEnd.countDown();
    }
  }

  @Test
  void close_whileOthersCall_leavesNoCallWithoutAnOutcome() {
    try (LocalWorld world = LocalWorld.of(2, options -> options.function("null", a -> null))) {
      Worker worker = world.seen(0, 1);
      AtomicReference<CompletableFuture<Object>> last = new AtomicReference<>();
      Background<Boolean> caller =
          Background.call(
              () -> {
                try {
                  while (true) {
                    last.set(worker.callAsync(Object.class, "null"));
                  }
                } catch (IllegalStateException e) {
                  assertThat(e).hasMessage("this worker has been shut down");
                  return true;
                }
              });
      awaitTrue(() -> last.get() != null);

      world.agent(0).close();

      assertThat(caller.result()).isTrue();
      // The call has ended, with a response or a failure.
      assertThat(last.get().handle((value, failure) -> true).join()).isTrue();
    }
  }

  private static void awaitTrue(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - start).isLessThan(Background.PATIENCE.toNanos());
      Thread.onSpinWait();
    }
  }
}
