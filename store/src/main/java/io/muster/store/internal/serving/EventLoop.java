package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.CommandLog;
import io.muster.store.internal.keyspace.Keyspace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The event loop of a server. Each {@link #runOnce iteration} accepts, reads, serves and writes.
 *
 * <p>Not thread-safe: the thread of the {@link EventLoopTransport} runs all iterations and owns the
 * {@link ServerState}, which therefore needs no lock.
 */
final class EventLoop {
  private static final long ACCEPT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * The number of connections that are accepted before the clients are served again: the usual
   * limit of the system's accept queue. A client that finds the queue full tries again a second
   * later, so the loop empties the queue even while its code is not compiled yet.
   */
  private static final int ACCEPTED_AT_ONCE = 4_096;

  private final Poller poller;
  private final ServingLimits limits;
  private final ServerMemory memory;
  private final LastResort lastResort;
  private final List<LoopJob> jobs = new ArrayList<>();
  private final RateLimitedLog log;
  private final LongSupplier nanoTime;
  private final Function<Keyspace, CommandLog> logs;
  private final DeferredTurns deferred;
  private final HeldReplies heldReplies = new HeldReplies();
  private final WakeupBatch wakeups = new WakeupBatch(heldReplies);
  private final ScratchBuffer scratch = new ScratchBuffer();

  /** The job that may have one more connection to accept. */
  private int accepting;

  /** Whether accepting has failed, and when it is tried again. */
  private boolean acceptsLater;

  private long acceptAgain;

  /**
   * The time until an idle job's keys or changes are to be deleted; {@link Long#MAX_VALUE} if no
   * job is idle.
   */
  private long idleNanos = Long.MAX_VALUE;

  /**
   * A loop that has not begun.
   *
   * @param nanoTime the time, as {@link System#nanoTime} counts it
   * @param logs makes the log of each job
   */
  EventLoop(
      Poller poller,
      ServingLimits limits,
      RateLimitedLog log,
      LongSupplier nanoTime,
      Function<Keyspace, CommandLog> logs) {
    this.poller = poller;
    this.limits = limits;
    this.memory = new ServerMemory(limits.heapBytes());
    this.lastResort = new LastResort(nanoTime);
    this.log = log;
    this.nanoTime = nanoTime;
    this.logs = logs;
    this.deferred = new DeferredTurns(nanoTime);
  }

  LastResort lastResort() {
    return lastResort;
  }

  /**
   * Adds a job, whose clients are accepted from the next iteration on.
   *
   * @param sockets where it listens; they are closed if this throws
   * @param resetWhenIdle null if the job's keys stay when its world has gone
   */
  LoopJob addJob(
      List<ListenSocket> sockets, AcceptedOptions options, @Nullable ResetWhenIdle resetWhenIdle)
      throws IOException {
    return addJob(sockets, options, resetWhenIdle, JobKeys.empty(limits, logs));
  }

  /** Adds a job that has keys. */
  LoopJob addJob(
      List<ListenSocket> sockets,
      AcceptedOptions options,
      @Nullable ResetWhenIdle resetWhenIdle,
      JobKeys keys)
      throws IOException {
    Poller.Listener listener = poller.listen(sockets, options);
    try {
      WorldClients world = resetWhenIdle == null ? null : new WorldClients(resetWhenIdle, nanoTime);
      LoopJob job =
          new LoopJob(new ServerState(limits, memory, lastResort, keys, nanoTime, world), listener);
      if (acceptsLater) {
        poller.setAccepting(false);
      }
      jobs.add(job);
      return job;
    } catch (Throwable e) {
      listener.close();
      throw e;
    }
  }

  /** Stops listening for a job, disconnects its clients and deletes its keys. */
  void removeJob(LoopJob job) {
    if (disconnectJob(job)) {
      job.state.end();
    }
  }

  /**
   * Stops listening for a job, and disconnects its clients. {@link ServerState#end} is still to be
   * called, once all their commands have been applied.
   *
   * @return false if that was done before
   */
  boolean disconnectJob(LoopJob job) {
    if (!jobs.remove(job)) {
      return false;
    }
    accepting = 0;
    job.listener.close();
    job.disconnectClients("the job has been removed");
    return true;
  }

  /** Whether the job has not been removed. */
  boolean hasJob(LoopJob job) {
    return jobs.contains(job);
  }

  /**
   * Waits until a client is ready, unless some work is deferred, and does what there is to do.
   *
   * @throws IOException if the poller fails. What a single connection fails with ends that
   *     connection and is not thrown.
   */
  void runOnce() throws IOException {
    if (serveReady()) {
      accept();
    }
    deferred.work();
    clearIdleJobs();
    heldReplies.send();
    wakeups.deliver();
    if (acceptsLater && nanoTime.getAsLong() - acceptAgain >= 0) {
      // In this order: if it fails, it is tried again.
      poller.setAccepting(true);
      acceptsLater = false;
    }
  }

  /** Counts the memory that was taken or released outside of a client's request. */
  void settle() {
    for (int i = 0; i < jobs.size(); i++) {
      jobs.get(i).state.settle();
    }
  }

  /** Sends the replies and wake-ups that are held. */
  void deliver() {
    heldReplies.send();
    wakeups.deliver();
  }

  /**
   * Serves the clients that are ready, and sends the replies once no other client is.
   *
   * <p>The poll before the replies keeps the order in which requests arrive. A level-triggered
   * epoll leaves each reported socket in its list until the next poll, so a client that had its
   * reply could ask again and be reported before a client that wrote earlier.
   *
   * @return whether connections may be there to accept
   */
  private boolean serveReady() throws IOException {
    boolean acceptable = poller.poll(pollMillis());
    for (int held = 0; heldReplies.count() > held; ) {
      held = heldReplies.count();
      acceptable |= poller.poll(0);
    }
    heldReplies.send();
    return acceptable;
  }

  /**
   * Deletes the keys of the jobs whose worlds have gone and the changes that no client watches, and
   * sets {@link #idleNanos}.
   */
  private void clearIdleJobs() {
    long next = Long.MAX_VALUE;
    for (int i = 0; i < jobs.size(); i++) {
      LoopJob job = jobs.get(i);
      next = Math.min(next, Math.min(job.clearIfIdle(log), job.state.history.dropIfUnwatched()));
    }
    idleNanos = next;
  }

  private long pollMillis() {
    // Replies are held here only if the last poll failed.
    if (!deferred.isEmpty() || heldReplies.count() > 0) {
      return 0;
    }
    long nanos = idleNanos;
    if (acceptsLater) {
      nanos = Math.min(nanos, Math.max(0, acceptAgain - nanoTime.getAsLong()));
    }
    return nanos == Long.MAX_VALUE ? -1 : 1 + TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  private void accept() throws IOException {
    try {
      for (int accepted = 0; accepted < ACCEPTED_AT_ONCE; accepted++) {
        NonBlockingSocket socket = acceptNext();
        if (socket == null) {
          return;
        }
        begin(socket, jobs.get(accepting));
      }
    } catch (Throwable e) {
      // Such as too many open files, which may pass.
      lastResort.relieve(e);
      log.acceptFailed(e);
      acceptAgain = nanoTime.getAsLong() + ACCEPT_PAUSE_NANOS;
      acceptsLater = true;
      poller.setAccepting(false);
    }
  }

  /** The next connection, of the job at {@link #accepting}; null if there is none. */
  private @Nullable NonBlockingSocket acceptNext() throws IOException {
    while (accepting < jobs.size()) {
      NonBlockingSocket socket = jobs.get(accepting).listener.accept();
      if (socket != null) {
        return socket;
      }
      accepting++;
    }
    accepting = 0;
    return null;
  }

  private void begin(NonBlockingSocket socket, LoopJob job) {
    String noRoom = job.state.admit();
    if (noRoom != null) {
      log.disconnecting(socket, noRoom);
      socket.close();
      return;
    }
    EventLoopConnection connection = null;
    try {
      wakeups.reserve(memory.openConnections());
      connection =
          new EventLoopConnection(
              socket, job.state, job.connections, log, scratch, heldReplies, deferred, wakeups);
      job.connections.add(connection);
      poller.watch(socket, connection);
    } catch (IOException e) {
      // The client has disconnected already.
      refuse(socket, job, connection);
    } catch (Throwable e) {
      lastResort.relieve(e);
      refuse(socket, job, connection);
      log.acceptFailed(e);
    }
  }

  private void refuse(
      NonBlockingSocket socket, LoopJob job, @Nullable EventLoopConnection connection) {
    if (connection != null) {
      job.connections.remove(connection);
    }
    job.state.disconnected();
    socket.close();
  }
}
