package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Background;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Calls between two workers. */
class CallTest {
  private static LocalWorld adders() {
    return LocalWorld.of(2, options -> options.service(Adder.class, new PlainAdder()));
  }

  @Test
  void service_inBothDirectionsAndToOneself_returns() {
    try (LocalWorld world = adders()) {
      for (int from = 0; from < 2; from++) {
        for (int to = 0; to < 2; to++) {
          Adder adder = world.seen(from, to).service(Adder.class);
          assertThat(adder.add(from, 10 * to)).isEqualTo(from + 10 * to);
        }
      }
    }
  }

  @Test
  void service_everyKindOfMethod_returns() {
    try (LocalWorld world = adders()) {
      Adder adder = world.seen(0, 1).service(Adder.class);

      assertThat(adder.add(1L << 40, 1)).isEqualTo((1L << 40) + 1);
      assertThat(adder.concatenate(List.of("a", "é", "𝄞"))).isEqualTo("aé𝄞");
      assertThat(adder.echo(null)).isNull();
      assertThat(adder.increment(4)).isEqualTo(5);
      adder.nothing();
      assertThat(adder.addLater(1, 2).toCompletableFuture().join()).isEqualTo(3);
      assertThat(adder).isNotEqualTo(world.seen(0, 1).service(Adder.class));
      assertThat(adder.toString()).startsWith("io.muster.rpc.Adder on worker 'worker1' (rank 1, ");
    }
  }

  @Test
  void workers_ofTheWorld_areFoundByNameAndRank() {
    try (LocalWorld world = adders()) {
      RpcAgent agent = world.agent(0);

      assertThat(agent.workers()).extracting(Worker::name).containsExactly("worker0", "worker1");
      assertThat(agent.worker("worker1")).isEqualTo(agent.worker(1));
      assertThat(agent.name()).isEqualTo("worker0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> agent.worker("worker2"))
          .withMessageStartingWith("no worker 'worker2' among ['worker0' (rank 0, ");
      assertThatIllegalArgumentException().isThrownBy(() -> agent.worker(2));
    }
  }

  @Test
  void service_thatThrows_throwsRemoteExceptionWithItsText() {
    try (LocalWorld world = adders()) {
      Adder adder = world.seen(0, 1).service(Adder.class);

      assertThatExceptionOfType(RemoteException.class)
          .isThrownBy(() -> adder.fail("broken"))
          .withMessage(
              "Adder.fail on worker 'worker1' threw java.lang.IllegalStateException: broken")
          .satisfies(
              e -> {
                assertThat(e.worker()).isEqualTo("worker1");
                assertThat(e.remoteClass()).isEqualTo("java.lang.IllegalStateException");
                assertThat(e.remoteMessage()).isEqualTo("broken");
                assertThat(e.remoteStack())
                    .contains("at io.muster.rpc.PlainAdder.fail")
                    .contains("Caused by: java.lang.ArithmeticException: the cause");
              });
    }
  }

  @Test
  void call_functionByName_returnsItsResult() {
    try (LocalWorld world =
        LocalWorld.of(
            2,
            options ->
                options.function("sum", arguments -> (int) arguments[0] + (int) arguments[1]))) {
      Worker worker = world.seen(0, 1);

      assertThat(worker.call(Integer.class, "sum", 1, 2)).isEqualTo(3);
      assertThat(worker.callAsync(int.class, "sum", 3, 4).join()).isEqualTo(7);
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> worker.call(String.class, "sum", 1, 2))
          .withMessageContaining("is java.lang.Integer and not java.lang.String");
      assertThatExceptionOfType(RemoteException.class)
          .isThrownBy(() -> worker.call(Integer.class, "sum", 1))
          .withMessageContaining("ArrayIndexOutOfBounds");
    }
  }

  @Test
  void call_whatIsNotRegistered_isRefusedNamingWhatIs() {
    try (LocalWorld world = adders()) {
      Worker worker = world.seen(0, 1);

      assertThatExceptionOfType(UnknownFunctionException.class)
          .isThrownBy(() -> worker.call(String.class, "java.lang.System.exit"))
          .withMessageContaining("java.lang.System.exit on worker 'worker1'");
      assertThatExceptionOfType(UnknownFunctionException.class)
          .isThrownBy(() -> worker.service(Runnable.class).run());
      assertThatIllegalArgumentException().isThrownBy(() -> worker.service(String.class));
    }
  }

  @Test
  void call_thatTakesTooLong_timesOutAndIsInterruptedThere() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    try (LocalWorld world =
        LocalWorld.of(
            2,
            options -> options.function("hang", hang(interrupted)).function("null", a -> null))) {
      // The call has begun on the other worker before it times out.
      assertThat(world.seen(0, 1).call(Object.class, "null")).isNull();
      Worker worker = world.seen(0, 1).withTimeout(Duration.ofMillis(500));

      assertThatExceptionOfType(RpcTimeoutException.class)
          .isThrownBy(() -> worker.call(void.class, "hang"))
          .withMessageMatching("hang on worker 'worker1' \\(rank 1, .*\\) timed out after PT0.5S")
          .satisfies(e -> assertThat(e.timeout()).isEqualTo(Duration.ofMillis(500)));
      assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void callAsync_cancelled_isInterruptedThere() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    RpcFunction hang = hang(interrupted);
    try (LocalWorld world =
        LocalWorld.of(
            2,
            options ->
                options.function(
                    "hang",
                    arguments -> {
                      started.countDown();
                      return hang.call(arguments);
                    }))) {
      CompletableFuture<Void> call = world.seen(0, 1).callAsync(void.class, "hang");
      assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();

      assertThat(call.cancel(true)).isTrue();

      assertThat(call).isCancelled();
      assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void call_interrupted_keepsTheFlagAndIsInterruptedThere() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    Exchanger<Thread> caller = new Exchanger<>();
    RpcFunction hang = hang(interrupted);
    try (LocalWorld world =
        LocalWorld.of(
            2,
            options ->
                options.function(
                    "hang",
                    arguments -> {
                      caller.exchange(Thread.currentThread());
                      return hang.call(arguments);
                    }))) {
      Background<Boolean> waiting =
          Background.call(
              () -> {
                assertThatExceptionOfType(RpcInterruptedException.class)
                    .isThrownBy(() -> world.seen(0, 1).call(void.class, "hang"));
                return Thread.currentThread().isInterrupted();
              });
      Thread unused = caller.exchange(Thread.currentThread());
      waiting.interrupt();

      assertThat(waiting.result()).isTrue();
      assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void serviceMethod_asyncCancelled_cancelsTheStageThere() throws InterruptedException {
    CompletableFuture<Integer> there = new CompletableFuture<>();
    CountDownLatch asked = new CountDownLatch(1);
    Later later =
        () -> {
          asked.countDown();
          return there;
        };
    try (LocalWorld world = LocalWorld.of(2, options -> options.service(Later.class, later))) {
      CompletableFuture<Integer> call = world.seen(0, 1).service(Later.class).number();
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

      assertThat(call.cancel(true)).isTrue();

      assertThat(there).failsWithin(Background.PATIENCE);
      assertThat(there).isCancelled();
    }
  }

  @Test
  void call_workerThatIsGone_isLostNamingIt() {
    try (LocalWorld world = adders()) {
      Adder adder = world.seen(0, 1).service(Adder.class);
      assertThat(adder.add(1, 1)).isEqualTo(2);
      world.agent(1).close();

      assertThatExceptionOfType(WorkerLostException.class)
          .isThrownBy(() -> adder.add(1, 1))
          .withMessageStartingWith("Adder.add on worker 'worker1' (rank 1, 127.0.0.1:");
    }
  }

  @Test
  void call_underWayWhenTheWorkerGoes_isLost() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    RpcFunction hang = hang(interrupted);
    try (LocalWorld world =
        LocalWorld.of(
            2,
            options ->
                options.function(
                    "hang",
                    arguments -> {
                      started.countDown();
                      return hang.call(arguments);
                    }))) {
      CompletableFuture<Void> call = world.seen(0, 1).callAsync(void.class, "hang");
      assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
      world.agent(1).close();

      assertThatExceptionOfType(CompletionException.class)
          .isThrownBy(call::join)
          .withCauseInstanceOf(WorkerLostException.class);
    }
  }

  private static RpcFunction hang(CountDownLatch interrupted) {
    return arguments -> {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        interrupted.countDown();
        throw e;
      }
      return null;
    };
  }

  /** An asynchronous service whose results can be cancelled. */
  interface Later {
    CompletableFuture<Integer> number();
  }
}
