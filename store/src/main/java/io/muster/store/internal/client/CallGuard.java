package io.muster.store.internal.client;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends the calls on one connection that take too long, or whose thread is interrupted. A call has
 * one deadline for connecting, writing and reading together.
 *
 * <p>A call that is answered at once is ended by closing the socket under it. An interrupt leaves
 * it {@link #INTERRUPTED_CALL_NANOS}, so that a healthy server's answer is still read and the
 * connection stays in step. A call that waits is withdrawn instead: the server is told, and has
 * {@link #CONFIRM_NANOS} to confirm before the socket is closed.
 *
 * <p>Another thread looks at the deadline: the JDK's own limit, {@code SO_TIMEOUT}, would cost
 * every read two system calls and does not limit writes. One look is scheduled for many short
 * calls, since it is only moved when a deadline comes before it.
 */
final class CallGuard implements Closeable {
  /** How long a call that does not wait goes on after an interrupt. */
  static final long INTERRUPTED_CALL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How long a server may take to confirm that a wait is withdrawn. */
  static final long CONFIRM_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Closeable socket;

  /** Used by the thread whose call it is. */
  private InterruptHook hook = new InterruptHook(this::interrupt);

  /** The rest is guarded by this object. */
  private boolean underWay;

  private boolean limited;
  private long deadline;
  private @Nullable Withdrawal withdrawal;
  private boolean withdrawn;
  private boolean interrupted;
  private boolean ended;

  /** The next look at the deadline, if one is due, and when. It may outlast its call. */
  private @Nullable ScheduledFuture<?> look;

  private long lookAt;

  CallGuard(Closeable socket) {
    this.socket = socket;
  }

  /** Tells the server that its answer is no longer waited for. It may block. */
  interface Withdrawal {
    void send() throws IOException;
  }

  /**
   * Begins a call; {@link #end} must follow.
   *
   * @param start when the call began, in {@link System#nanoTime}
   * @param nanos how long it may take; {@link Long#MAX_VALUE} for no limit
   */
  void begin(long start, long nanos) {
    synchronized (this) {
      underWay = true;
      withdrawal = null;
      withdrawn = false;
      interrupted = false;
      ended = false;
      limit(start, nanos);
    }
    if (hook.isSpent()) {
      hook = new InterruptHook(this::interrupt);
    }
    hook.enter();
  }

  /** From now on the call under way waits, until {@link #endWait}. */
  synchronized void beginWait(long start, long nanos, Withdrawal withdrawal) {
    this.withdrawal = withdrawal;
    limit(start, nanos);
    if (interrupted) {
      withdraw();
    }
  }

  /** Ends the wait of the call under way; returns whether it was withdrawn. */
  synchronized boolean endWait() {
    withdrawal = null;
    if (!withdrawn) {
      limited = false;
    }
    return withdrawn;
  }

  /** Ends the call: the guard does not close the socket from now on. */
  void end() {
    hook.exit();
    synchronized (this) {
      underWay = false;
      withdrawal = null;
    }
  }

  /** Acts as if the thread of the call under way were interrupted. */
  synchronized void interrupt() {
    if (!underWay || interrupted) {
      return;
    }
    interrupted = true;
    if (withdrawal != null) {
      withdraw();
    } else if (!withdrawn) {
      long now = System.nanoTime();
      long left = limited ? deadline - now : Long.MAX_VALUE;
      limit(now, Math.min(left, INTERRUPTED_CALL_NANOS));
    }
  }

  /** Whether the thread was interrupted during the latest call. */
  synchronized boolean wasInterrupted() {
    return interrupted;
  }

  /** What {@code failure} of the latest call means if it is the guard's doing. */
  synchronized IOException explain(IOException failure) {
    if (!ended) {
      return failure;
    }
    return interrupted
        ? new CallInterruptedException(failure)
        : new CallTimeoutException("the server did not answer in time", failure);
  }

  private void limit(long start, long nanos) {
    limited = nanos < Long.MAX_VALUE;
    if (limited) {
      deadline = start + Math.min(nanos, Long.MAX_VALUE / 2);
      if (look == null || deadline - lookAt < 0) {
        schedule();
      }
    }
  }

  private void schedule() {
    if (look != null) {
      look.cancel(false);
    }
    lookAt = deadline;
    long delay = deadline - System.nanoTime();
    look = DeadlineScheduler.EXECUTOR.schedule(this::look, delay, TimeUnit.NANOSECONDS);
  }

  private synchronized void look() {
    // One that was replaced in the moment it began comes here as well.
    look = null;
    if (!underWay || !limited) {
      return;
    }
    try {
      if (deadline - System.nanoTime() > 0) {
        schedule();
      } else if (withdrawal != null && !withdrawn) {
        withdraw();
      } else {
        endNow();
      }
    } catch (Throwable e) {
      endNow();
    }
  }

  private void withdraw() {
    Withdrawal told = withdrawal;
    withdrawn = true;
    try {
      limit(System.nanoTime(), CONFIRM_NANOS);
      UninterruptibleIo.runElsewhere(() -> send(told));
    } catch (Throwable e) {
      // No room for a thread.
      endNow();
    }
  }

  private static void send(@Nullable Withdrawal withdrawal) {
    try {
      if (withdrawal != null) {
        withdrawal.send();
      }
    } catch (IOException e) {
      // The connection is broken. Its readers must see the cause, and not that it was
      // closed.
      return;
    }
  }

  private void endNow() {
    ended = true;
    closeSocket();
  }

  private void closeSocket() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
      return;
    }
  }

  /** Closes the socket, also under a call. */
  @Override
  public void close() {
    closeSocket();
    synchronized (this) {
      if (look != null) {
        look.cancel(false);
        look = null;
      }
    }
  }
}
