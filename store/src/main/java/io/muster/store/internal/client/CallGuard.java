package io.muster.store.internal.client;

import io.muster.store.internal.concurrent.Closeables;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Enforces the deadline of each call on one connection, and handles interrupts of its thread. A
 * call has one deadline for connecting, writing and reading together.
 *
 * <p>A call that the server answers at once is ended by closing the socket. After an interrupt it
 * has {@link #INTERRUPTED_CALL_NANOS} left, so that a healthy server's reply is still read and the
 * connection stays usable. A call that waits is withdrawn instead: the server is told, and has
 * {@link #CONFIRM_NANOS} to confirm before the socket is closed.
 *
 * <p>A timer of {@link DeadlineScheduler} checks the deadline. {@code SO_TIMEOUT} would cost two
 * system calls per read and does not limit writes. Many short calls share one timer task, which is
 * rescheduled only if a deadline is earlier than it.
 */
final class CallGuard implements Closeable {
  /** How long a call that does not wait continues after an interrupt. */
  static final long INTERRUPTED_CALL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How long the server has to confirm that a wait is withdrawn. */
  static final long CONFIRM_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Closeable socket;

  /** Used only by the calling thread. */
  private InterruptHook hook = new InterruptHook(this::interrupt);

  /** Whether a call is in progress. Guarded by this object, like the fields below. */
  private boolean underWay;

  private boolean limited;
  private long deadline;
  private @Nullable Withdrawal withdrawal;
  private boolean withdrawn;
  private boolean interrupted;
  private boolean ended;

  /** The pending timer task, if any, and its time. It may outlast its call. */
  private @Nullable ScheduledFuture<?> timer;

  private long timerAt;

  CallGuard(Closeable socket) {
    this.socket = socket;
  }

  /** Tells the server that the client no longer waits. May block. */
  interface Withdrawal {
    void send() throws IOException;
  }

  /**
   * Begins a call. {@link #end} must follow.
   *
   * @param start when the call began, as {@link System#nanoTime}
   * @param nanos how long the call may take; {@link Long#MAX_VALUE} for no limit
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

  /** Marks the current call as waiting, until {@link #endWait}. */
  synchronized void beginWait(long start, long nanos, Withdrawal withdrawal) {
    this.withdrawal = withdrawal;
    limit(start, nanos);
    if (interrupted) {
      withdraw();
    }
  }

  /** Ends the wait of the current call, and returns whether it was withdrawn. */
  synchronized boolean endWait() {
    withdrawal = null;
    if (!withdrawn) {
      limited = false;
    }
    return withdrawn;
  }

  /** Ends the current call. The guard no longer closes the socket. */
  void end() {
    hook.exit();
    synchronized (this) {
      underWay = false;
      withdrawal = null;
    }
  }

  /** Handles an interrupt of the thread of the current call. */
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

  /** Converts a failure of the latest call that the guard itself caused. */
  synchronized IOException explain(IOException failure) {
    if (!ended) {
      return failure;
    }
    return interrupted
        ? new CallInterruptedException(failure)
        : new CallTimeoutException("the server did not reply in time", failure);
  }

  private void limit(long start, long nanos) {
    limited = nanos < Long.MAX_VALUE;
    if (limited) {
      deadline = start + Math.min(nanos, Long.MAX_VALUE / 2);
      if (timer == null || deadline - timerAt < 0) {
        schedule();
      }
    }
  }

  private void schedule() {
    if (timer != null) {
      timer.cancel(false);
    }
    timerAt = deadline;
    long delay = deadline - System.nanoTime();
    timer = DeadlineScheduler.EXECUTOR.schedule(this::onTimer, delay, TimeUnit.NANOSECONDS);
  }

  private synchronized void onTimer() {
    // A task that was replaced at the moment it started also gets here.
    timer = null;
    if (!underWay || !limited) {
      return;
    }
    try {
      if (deadline - System.nanoTime() > 0) {
        schedule();
      } else if (withdrawal != null && !withdrawn) {
        withdraw();
      } else {
        closeNow();
      }
    } catch (Throwable e) {
      closeNow();
    }
  }

  private void withdraw() {
    Withdrawal told = withdrawal;
    withdrawn = true;
    try {
      limit(System.nanoTime(), CONFIRM_NANOS);
      UninterruptibleIo.runElsewhere(() -> send(told));
    } catch (Throwable e) {
      // No thread could be started.
      closeNow();
    }
  }

  private static void send(@Nullable Withdrawal withdrawal) {
    try {
      if (withdrawal != null) {
        withdrawal.send();
      }
    } catch (IOException e) {
      // The connection is broken. Its readers must see the cause rather than a closed socket.
      return;
    }
  }

  private void closeNow() {
    ended = true;
    Closeables.closeQuietly(socket);
  }

  /** Closes the socket, even while a call uses it. */
  @Override
  public void close() {
    Closeables.closeQuietly(socket);
    synchronized (this) {
      if (timer != null) {
        timer.cancel(false);
        timer = null;
      }
    }
  }
}
