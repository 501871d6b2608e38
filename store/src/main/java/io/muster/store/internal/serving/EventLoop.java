package io.muster.store.internal.serving;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

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
  private final ServerState state;
  private final RateLimitedLog log;
  private final LongSupplier nanoTime;
  private final DeferredTurns deferred;
  private final HeldReplies heldReplies = new HeldReplies();
  private final WakeupBatch wakeups = new WakeupBatch(heldReplies);
  private final ScratchBuffer scratch = new ScratchBuffer();

  /** Whether accepting has failed, and when it is tried again. */
  private boolean acceptsLater;

  private long acceptAgain;

  /**
   * A loop that has not begun.
   *
   * @param nanoTime the time, as {@link System#nanoTime} counts it
   */
  EventLoop(Poller poller, ServingLimits limits, RateLimitedLog log, LongSupplier nanoTime) {
    this.poller = poller;
    this.state = new ServerState(limits, nanoTime);
    this.log = log;
    this.nanoTime = nanoTime;
    this.deferred = new DeferredTurns(nanoTime);
  }

  ServerState state() {
    return state;
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
    heldReplies.send();
    wakeups.deliver();
    if (acceptsLater && nanoTime.getAsLong() - acceptAgain >= 0) {
      // In this order: if it fails, it is tried again.
      poller.setAccepting(true);
      acceptsLater = false;
    }
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

  private long pollMillis() {
    // Replies are held here only if the last poll failed.
    if (!deferred.isEmpty() || heldReplies.count() > 0) {
      return 0;
    }
    return acceptsLater
        ? 1 + TimeUnit.NANOSECONDS.toMillis(Math.max(0, acceptAgain - nanoTime.getAsLong()))
        : -1;
  }

  private void accept() throws IOException {
    try {
      for (int accepted = 0; accepted < ACCEPTED_AT_ONCE; accepted++) {
        NonBlockingSocket socket = poller.accept();
        if (socket == null) {
          return;
        }
        begin(socket);
      }
    } catch (Throwable e) {
      // Such as too many open files, which may pass.
      state.lastResort.relieve(e);
      log.acceptFailed(e);
      acceptAgain = nanoTime.getAsLong() + ACCEPT_PAUSE_NANOS;
      acceptsLater = true;
      poller.setAccepting(false);
    }
  }

  private void begin(NonBlockingSocket socket) {
    String noRoom = state.connected();
    if (noRoom != null) {
      log.disconnecting(socket, noRoom);
      socket.close();
      return;
    }
    try {
      wakeups.reserve(state.openConnections());
      poller.watch(
          socket,
          new EventLoopConnection(socket, state, log, scratch, heldReplies, deferred, wakeups));
    } catch (IOException e) {
      // The client has disconnected already.
      refuse(socket);
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      refuse(socket);
      log.acceptFailed(e);
    }
  }

  private void refuse(NonBlockingSocket socket) {
    state.disconnected();
    socket.close();
  }
}
