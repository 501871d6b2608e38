package io.muster.store.internal.serving;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.store.internal.keyspace.CommandLog;
import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.socket.KeepAlive;
import io.muster.store.internal.wire.Hello;
import io.muster.store.internal.wire.Opcode;
import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An event loop without threads and sockets: the test runs its iterations and moves its clock. */
final class SteppedLoop {
  static final ServingLimits LIMITS =
      new ServingLimits(WireLimits.PYTORCH, Integer.MAX_VALUE, Long.MAX_VALUE, 1L << 30);

  private static final ListenTarget NOWHERE =
      new ListenTarget.OnAddresses(List.of(), 0, 1, KeepAlive.DEFAULT);

  private static final int MAX_ITERATIONS = 1_000_000;

  final FakePoller poller = new FakePoller();
  private long now;

  /** How much later it is each time the loop looks at the clock. */
  private long nanosPerLook;

  private final EventLoop loop;
  private final List<LoopJob> jobs = new ArrayList<>();

  SteppedLoop() {
    this(LIMITS);
  }

  SteppedLoop(ServingLimits limits) {
    this(limits, CommandLog::inMemory);
  }

  /** A loop whose jobs have the logs that {@code logs} makes. */
  SteppedLoop(ServingLimits limits, Function<Keyspace, CommandLog> logs) {
    loop = new EventLoop(poller, limits, new RateLimitedLog(), () -> now += nanosPerLook, logs);
    addJob();
  }

  /** Adds a job, beside that which there always is. */
  LoopJob addJob() {
    return addJob(null);
  }

  /** Adds a job whose keys are forgotten when its world has gone. */
  LoopJob addJob(@Nullable ResetWhenIdle resetWhenIdle) {
    try {
      LoopJob job = loop.addJob(List.of(), new AcceptedOptions(NOWHERE), resetWhenIdle);
      jobs.add(job);
      return job;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void removeJob(LoopJob job) {
    loop.removeJob(job);
  }

  LoopJob firstJob() {
    return jobs.get(0);
  }

  /** A client whose connection is accepted and has been validated. */
  FakeSocket connect(String name) {
    FakeSocket client = arrive(name);
    settle();
    poller.events.clear();
    return client;
  }

  /** A client of a job, whose connection is accepted and has been validated. */
  FakeSocket connect(LoopJob job, String name) {
    FakeSocket client = arrive(jobs.indexOf(job), name);
    settle();
    poller.events.clear();
    return client;
  }

  /** A client that has connected and sent VALIDATE, of which the loop does not know yet. */
  FakeSocket arrive(String name) {
    return arrive(0, name);
  }

  private FakeSocket arrive(int job, String name) {
    FakeSocket client = new FakeSocket(name, poller.events);
    poller.arrive(job, client);
    client.send(RequestEncoder::validate);
    return client;
  }

  /** A client whose waits have numbers. */
  FakeSocket connectWithNumberedWaits(String name) {
    FakeSocket client = connect(name);
    client.send(to -> to.hello(Hello.request(Hello.NUMBERED_WAITS)));
    settle();
    client.receivedBytes();
    poller.events.clear();
    return client;
  }

  /** One iteration. */
  void runOnce() {
    try {
      loop.runOnce();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** One iteration, and what it throws. */
  @Nullable Throwable failureOfRunOnce() {
    try {
      loop.runOnce();
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  /** Iterations until there is nothing more to do. */
  void settle() {
    for (int i = 0; i < MAX_ITERATIONS; i++) {
      runOnce();
      if (poller.isIdle()) {
        return;
      }
    }
    throw new AssertionError("the loop finds no rest: " + poller.events.subList(0, 100));
  }

  void passNanos(long nanos) {
    now += nanos;
  }

  /** From now on, so much time passes each time the loop looks at the clock. */
  void slowDown(long nanosPerLook) {
    this.nanosPerLook = nanosPerLook;
  }

  ServerState state() {
    return jobs.get(0).state;
  }

  /** How many requests of a kind were served. */
  long served(Opcode opcode) {
    return state().statistics().requests().getOrDefault(opcode, 0L);
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
