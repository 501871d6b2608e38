package io.muster.rpc.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.rpc.RpcCodec;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.serving.Admission;
import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.Reply;
import io.muster.rpc.internal.transport.Security;
import io.muster.rpc.internal.transport.TransportConfig;
import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.Frame;
import io.muster.rpc.internal.wire.Request;
import io.muster.rpc.internal.wire.Response;
import io.muster.rpc.internal.world.WorkerInfo;
import io.muster.rpc.internal.world.World;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The states of an inbound call, stepped through by hand. */
@SuppressWarnings("FutureReturnValueIgnored") // functions return stages as results
class InboundCallTest {
  private static final int MESSAGE_BYTES = 10;

  private final Queue<Runnable> threads = new ArrayDeque<>();
  private final Admission admission =
      new Admission(new Admission.Limits(1, 10, 1, 1000), threads::add);
  private final List<String> replies = new ArrayList<>();
  private boolean hasWorkerEnded;
  private Supplier<@Nullable Object> function = () -> "result";
  private final InboundCall call = newCall();

  private InboundCall newCall() {
    RpcCodec codec = new TextCodec();
    OwnedObjects owned = new OwnedObjects();
    Duration timeout = Duration.ofSeconds(1);
    Connections connections =
        new Connections(new TransportConfig(1000, timeout, timeout, timeout, Security.none()));
    World world = new WorldOfOne();
    HeldObjects held = new HeldObjects(0, owned, connections);
    Caller caller = new Caller(world, held, connections, codec, 1000, timeout, Runnable::run);
    Request request = new Request(7, 0, "function", Optional.empty(), Optional.empty(), Body.EMPTY);
    Invocation invocation =
        new Invocation(request, (target, arguments) -> function.get(), Long.MAX_VALUE);
    assertThat(admission.enter(false)).isTrue();
    assertThat(admission.hold(MESSAGE_BYTES)).isTrue();
    return new InboundCall(
        admission,
        new FunctionInvoker(codec, owned, caller::newMessage),
        new ResponseEncoder(codec, 1000, owned, new UnacknowledgedReferences(), caller::newMessage),
        () -> hasWorkerEnded,
        invocation,
        false,
        MESSAGE_BYTES,
        new RecordedReply());
  }

  private void start() {
    admission.run(false, call);
  }

  private void runThread() {
    threads.remove().run();
  }

  private void assertAnswered(String reply) {
    assertThat(replies).containsExactly(reply);
    assertThat(admission.occupied()).isZero();
    // Whatever comes later has no effect.
    call.abandon();
    call.refused(new OutOfMemoryError("made up"));
    call.run();
    assertThat(replies).containsExactly(reply);
    assertThat(admission.occupied()).isZero();
  }

  @Test
  void running_functionReturns_isAnswered() {
    start();
    runThread();

    assertAnswered("result");
  }

  @Test
  void running_functionThrows_isAnswered() {
    function =
        () -> {
          throw new IllegalStateException("made up");
        };
    start();
    runThread();

    assertAnswered("java.lang.IllegalStateException: made up");
  }

  @Test
  void running_workerEnds_saysSoAndNotWhatTheInterruptedFunctionThrew() {
    function =
        () -> {
          hasWorkerEnded = true;
          throw new IllegalStateException("interrupted");
        };
    start();
    runThread();

    assertAnswered("UNREACHABLE");
  }

  @Test
  void queued_callerGivesUp_leavesAtOnceAndNeverRuns() {
    List<String> runs = new ArrayList<>();
    function =
        () -> {
          runs.add("run");
          return "result";
        };
    start();
    call.abandon();

    assertThat(replies).containsExactly("CANCELLED");
    assertThat(admission.occupied()).isZero();
    runThread();
    assertAnswered("CANCELLED");
    assertThat(runs).isEmpty();
  }

  @Test
  void queued_noThreadCanBeStarted_isRejected() {
    call.refused(new OutOfMemoryError("made up"));

    assertAnswered("REJECTED");
  }

  @Test
  void running_callerGivesUp_interruptsTheFunctionOnly() {
    List<Boolean> interrupts = new ArrayList<>();
    function =
        () -> {
          call.abandon();
          interrupts.add(Thread.currentThread().isInterrupted());
          return "late";
        };
    start();
    runThread();

    assertThat(interrupts).containsExactly(true);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertAnswered("late");
  }

  @Test
  void running_callerGivesUp_cancelsTheStageThatTheFunctionReturns() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    function =
        () -> {
          call.abandon();
          return stage;
        };
    start();
    runThread();

    assertThat(stage).isCancelled();
    assertAnswered("CANCELLED");
  }

  @Test
  void awaitingStage_stageCompletes_isAnswered() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    function = () -> stage;
    start();
    runThread();
    assertThat(replies).isEmpty();
    assertThat(admission.occupied()).isEqualTo(1);

    stage.complete("later");

    assertAnswered("later");
  }

  @Test
  void awaitingStage_stageFails_isAnswered() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    function = () -> stage;
    start();
    runThread();

    stage.completeExceptionally(new IllegalStateException("made up"));

    assertAnswered("java.lang.IllegalStateException: made up");
  }

  @Test
  void awaitingStage_callerGivesUp_cancelsTheStageAndLeaves() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    function = () -> stage;
    start();
    runThread();

    call.abandon();

    assertThat(stage).isCancelled();
    assertAnswered("CANCELLED");
  }

  @Test
  void replying_resultCannotBeEncoded_isRefused() {
    function = () -> 42;
    start();
    runThread();

    assertAnswered("INTERNAL");
  }

  @Test
  void replying_callerGivesUp_changesNothing() {
    function = () -> call;
    start();
    runThread();

    assertAnswered("encoded while the caller gave up");
  }

  private final class RecordedReply implements Reply {
    @Override
    public void send(Frame frame) {
      byte[] message = new byte[frame.size()];
      System.arraycopy(frame.head().array(), 0, message, 0, frame.head().length());
      System.arraycopy(
          frame.body().array(), 0, message, frame.head().length(), frame.body().length());
      Response response = Response.decode(message);
      if (response instanceof Response.Failure failure) {
        replies.add(failure.thrown().className() + ": " + failure.thrown().message());
      } else {
        Body result = ((Response.Value) response).result();
        replies.add(
            new String(result.array(), result.offset(), result.length(), StandardCharsets.UTF_8));
      }
    }

    @Override
    public void fail(CallFailure failure) {
      replies.add(failure.kind().name());
    }
  }

  /** Takes no arguments, and strings or the call itself as results. */
  private static final class TextCodec implements RpcCodec {
    @Override
    public byte[] encode(@Nullable Object value, References references) {
      if (value instanceof InboundCall call) {
        call.abandon();
        return encode("encoded while the caller gave up", references);
      } else if (value instanceof String text) {
        return text.getBytes(StandardCharsets.UTF_8);
      }
      throw new IllegalArgumentException("is no text");
    }

    @Override
    public Object decode(byte[] bytes, int offset, int length, References references) {
      return new Object[0];
    }
  }

  private static final class WorldOfOne implements World {
    private final WorkerInfo self = new WorkerInfo(0, "alone", "127.0.0.1", 1, 7);

    @Override
    public WorkerInfo self() {
      return self;
    }

    @Override
    public Optional<WorkerInfo> byName(String name) {
      return Optional.of(self).filter(worker -> worker.name().equals(name));
    }

    @Override
    public Optional<WorkerInfo> byRank(int rank) {
      return Optional.of(self).filter(worker -> worker.rank() == rank);
    }

    @Override
    public List<WorkerInfo> all() {
      return List.of(self);
    }
  }
}
