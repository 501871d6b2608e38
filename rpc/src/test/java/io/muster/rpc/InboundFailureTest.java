package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Background;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fault E1: whatever fails in an inbound call, the caller gets an exception and the call leaves the
 * admission. A worker that admits three calls still serves after ten such calls, and can shut down.
 *
 * <p>The same kind of fault was looked for in control messages (Dispatcher.control), in the
 * handling of responses (PendingCall), in the threads of calls (Admission), in HolderMonitor, and
 * in shares of objects whose owner cannot be reached (HeldObjects).
 */
class InboundFailureTest {
  private static final int ROUNDS = 10;

  /** An exception one of whose methods throws. */
  private static final class Evil extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String method;

    Evil(String method) {
      this.method = method;
    }

    private void failIn(String name) {
      if (name.equals(method)) {
        throw new StackOverflowError("made up");
      }
    }

    @Override
    public @Nullable String getMessage() {
      failIn("getMessage");
      return "evil";
    }

    @Override
    public String toString() {
      failIn("toString");
      return "evil";
    }

    @Override
    public synchronized @Nullable Throwable getCause() {
      failIn("getCause");
      return null;
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      failIn("getStackTrace");
      return new StackTraceElement[0];
    }

    @Override
    public void printStackTrace(PrintWriter out) {
      failIn("printStackTrace");
      out.print("x".repeat(1 << 20));
    }
  }

  /** A stage whose callback is never called, or called more than once. */
  private static final class OddStage extends CompletableFuture<Object> {
    private final boolean refuses;

    OddStage(boolean refuses) {
      this.refuses = refuses;
    }

    @Override
    public CompletableFuture<Object> whenComplete(
        java.util.function.BiConsumer<? super Object, ? super Throwable> action) {
      if (refuses) {
        throw new UnsupportedOperationException("made up");
      }
      action.accept("first", null);
      action.accept("second", null);
      return this;
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // it is what a function returns
  private static Object failedBy(Throwable thrown) {
    return CompletableFuture.failedFuture(thrown);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // it is what a function returns
  private static Object stageOf(Object value) {
    return CompletableFuture.completedFuture(value);
  }

  /** What a function does, and a part of the message that the caller gets. */
  private static final Map<String, Map.Entry<Supplier<@Nullable Object>, String>> FAILURES =
      new TreeMap<>(
          Map.of(
              "getMessage",
              Map.entry(
                  () -> {
                    throw new Evil("getMessage");
                  },
                  "threw io.muster.rpc.InboundFailureTest$Evil: (io.muster.rpc.InboundFailureTest"
                      + "$Evil.getMessage threw java.lang.StackOverflowError)"),
              "toString",
              Map.entry(
                  () -> {
                    throw new Evil("toString");
                  },
                  "threw io.muster.rpc.InboundFailureTest$Evil: evil"),
              "printStackTrace",
              Map.entry(
                  () -> {
                    throw new Evil("printStackTrace");
                  },
                  "threw io.muster.rpc.InboundFailureTest$Evil: evil"),
              "error",
              Map.entry(
                  () -> {
                    throw new OutOfMemoryError("made up");
                  },
                  "threw java.lang.OutOfMemoryError: made up"),
              "encodingError",
              Map.entry(
                  () -> FailingCodec.ENCODING_ERROR,
                  "the result cannot be sent: java.lang.OutOfMemoryError: made up"),
              "encodingException",
              Map.entry(
                  () -> FailingCodec.ENCODING_EXCEPTION,
                  "the result cannot be sent: java.io.UncheckedIOException"),
              "stageOfEncodingError",
              Map.entry(
                  () -> stageOf(FailingCodec.ENCODING_ERROR),
                  "the result cannot be sent: java.lang.OutOfMemoryError: made up"),
              "stageFailedByEvil",
              Map.entry(() -> failedBy(new Evil("getMessage")), "getMessage threw"),
              "stageFailedLongWinded",
              Map.entry(
                  () -> failedBy(new IllegalStateException("é".repeat(1 << 20))),
                  "threw java.lang.IllegalStateException: éééé"),
              "stageThatRefuses",
              Map.entry(
                  () -> new OddStage(true),
                  "threw java.lang.UnsupportedOperationException: made up")));

  static Stream<String> failures() {
    return FAILURES.keySet().stream();
  }

  private static LocalWorld world(Map<String, RpcFunction> functions) {
    return LocalWorld.of(
        2,
        options -> {
          options.handlerThreads(2).queuedCalls(1).codec(new FailingCodec());
          options.function("echo", arguments -> arguments[0]);
          functions.forEach(options::function);
        });
  }

  /**
   * Asserts that the worker admits as many calls as its limits allow, and that all can shut down.
   */
  private static void assertServesOnAndEnds(LocalWorld world) {
    assertThat(world.seen(0, 1).call(String.class, "echo", "still there")).isEqualTo("still there");
    List<Background<Boolean>> ends =
        IntStream.range(0, 2)
            .mapToObj(rank -> Background.run(() -> world.agent(rank).shutdown(Background.PATIENCE)))
            .toList();
    assertThat(ends).allSatisfy(end -> assertThat(end.result()).isTrue());
  }

  @ParameterizedTest
  @MethodSource("failures")
  void call_inWhichAStepFails_isAnsweredAndGivesItsPlaceBack(String failure) {
    Map.Entry<Supplier<@Nullable Object>, String> expected = FAILURES.get(failure);
    try (LocalWorld world = world(Map.of("fail", arguments -> expected.getKey().get()))) {
      for (int round = 0; round < ROUNDS; round++) {
        assertThatThrownBy(() -> world.seen(0, 1).call(Object.class, "fail"))
            .isInstanceOf(RpcException.class)
            .isNotInstanceOf(RpcTimeoutException.class)
            .isNotInstanceOf(RpcRejectedException.class)
            .hasMessageContaining(expected.getValue());
      }
      assertServesOnAndEnds(world);
    }
  }

  @Test
  void callStageThatAnswersTwice_firstAnswerCounts_placesAreNotGivenBackTwice() {
    try (LocalWorld world = world(Map.of("odd", arguments -> new OddStage(false)))) {
      for (int round = 0; round < ROUNDS; round++) {
        assertThat(world.seen(0, 1).call(String.class, "odd")).isEqualTo("first");
      }
      assertServesOnAndEnds(world);
    }
  }

  @Test
  void arguments_whoseDecodingFails_areRefusedAndThePlaceIsGivenBack() {
    try (LocalWorld world = world(Map.of())) {
      Worker worker = world.seen(0, 1);
      for (int round = 0; round < ROUNDS; round++) {
        assertThatThrownBy(() -> worker.call(Object.class, "echo", FailingCodec.DECODING_EXCEPTION))
            .isInstanceOf(RpcException.class)
            .hasMessageContaining("the arguments cannot be read: java.io.UncheckedIOException");
        assertThatThrownBy(() -> worker.call(Object.class, "echo", FailingCodec.DECODING_ERROR))
            .isInstanceOf(RpcException.class)
            .hasMessageContaining("OutOfMemoryError: made up");
      }
      assertServesOnAndEnds(world);
    }
  }

  @Test
  void result_whoseDecodingFails_failsTheCallAndItsFuture() {
    Map<String, RpcFunction> functions =
        Map.of(
            "error", arguments -> FailingCodec.DECODING_ERROR,
            "exception", arguments -> FailingCodec.DECODING_EXCEPTION);
    try (LocalWorld world = world(functions)) {
      Worker worker = world.seen(0, 1);

      assertThat(worker.callAsync(Object.class, "error"))
          .failsWithin(Background.PATIENCE)
          .withThrowableOfType(java.util.concurrent.ExecutionException.class)
          .withMessageContaining("cannot be read: java.lang.OutOfMemoryError: made up");
      assertThat(worker.callAsync(Object.class, "exception"))
          .failsWithin(Background.PATIENCE)
          .withThrowableOfType(java.util.concurrent.ExecutionException.class)
          .withMessageContaining("cannot be read: java.io.UncheckedIOException");
      assertThatThrownBy(() -> worker.call(Object.class, "exception"))
          .isInstanceOf(RpcException.class)
          .hasMessageContaining("cannot be read: java.io.UncheckedIOException");
      assertServesOnAndEnds(world);
    }
  }

  @Test
  void stageThatCannotBeCancelled_whenItsCallerGivesUp_givesThePlaceBack() {
    Map<String, RpcFunction> functions =
        Map.of("never", arguments -> new CompletableFuture<>().minimalCompletionStage());
    try (LocalWorld world = world(functions)) {
      Worker worker = world.seen(0, 1).withTimeout(Duration.ofMillis(100));
      for (int round = 0; round < ROUNDS; round++) {
        assertThatThrownBy(() -> worker.call(Object.class, "never"))
            .isInstanceOfAny(RpcTimeoutException.class, RpcRejectedException.class);
      }
      assertServesOnAndEnds(world);
    }
  }

  @Test
  void callThatWaitsForAThread_cancelled_givesItsPlaceBackBeforeAThreadIsFree()
      throws InterruptedException {
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch mayEnd = new CountDownLatch(1);
    RpcFunction hold =
        arguments -> {
          running.countDown();
          return mayEnd.await(Background.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        };
    try (LocalWorld world = world(Map.of("hold", hold))) {
      Worker worker = world.seen(0, 1);
      List<CompletableFuture<Boolean>> held =
          List.of(worker.callAsync(Boolean.class, "hold"), worker.callAsync(Boolean.class, "hold"));
      assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
      for (int round = 0; round < ROUNDS; round++) {
        Worker impatient = worker.withTimeout(Duration.ofMillis(50));
        // The call is refused until the previous one has left the admission.
        awaitTimeout(() -> impatient.call(String.class, "echo", "waiting"));
      }
      mayEnd.countDown();

      assertThat(held).allSatisfy(call -> assertThat(call.join()).isTrue());
      assertServesOnAndEnds(world);
    }
  }

  /** Calls until the call is admitted and times out. */
  private static void awaitTimeout(Supplier<String> call) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < Background.PATIENCE.toNanos()) {
      try {
        throw new AssertionError("an answer: " + call.get());
      } catch (RpcTimeoutException e) {
        return;
      } catch (RpcRejectedException e) {
        Thread.onSpinWait();
      }
    }
    throw new AssertionError("the place was not given back");
  }
}
