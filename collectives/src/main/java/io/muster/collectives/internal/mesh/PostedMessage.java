package io.muster.collectives.internal.mesh;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A posted send or receive, and its outcome. It is over when it is done or has failed. Thread-safe;
 * any number of threads may wait for it.
 */
public final class PostedMessage {
  private final ByteBuffer data;

  /** The number of bytes sent or received; written before {@link #done}. */
  private int length;

  private volatile int rank;
  private volatile boolean done;
  private volatile @Nullable PeerFailure peerFailure;
  private final Queue<Thread> waiters = new ConcurrentLinkedQueue<>();
  private @Nullable Runnable whenOver;

  /**
   * A message to or from {@code rank}; if that is negative, from the rank that is first to send.
   */
  PostedMessage(int rank, ByteBuffer data) {
    this.rank = rank;
    this.data = data;
    this.length = data.remaining();
  }

  /** The bytes to send, or the memory to receive into, between position and limit. */
  ByteBuffer data() {
    return data;
  }

  /** The number of bytes sent or received, once done. A receive may be shorter than its memory. */
  public int length() {
    return length;
  }

  void setReceivedLength(int bytes) {
    this.length = bytes;
  }

  /** The peer; negative while a receive from any source has no sender. */
  public int rank() {
    return rank;
  }

  void setSender(int sender) {
    this.rank = sender;
  }

  /** Whether the bytes have been handed to the operating system, or have arrived. */
  public boolean isDone() {
    return done;
  }

  /** Why the message has failed; null if it has not. */
  public @Nullable PeerFailure peerFailure() {
    return peerFailure;
  }

  /** Whether this message is done or has failed. */
  public boolean isOver() {
    return done || peerFailure != null;
  }

  /**
   * Blocks until this message is over, at most for the given time. May return early, as when the
   * thread is interrupted or unparked.
   */
  public void await(long nanos) {
    Thread waiter = Thread.currentThread();
    waiters.add(waiter);
    if (!isOver()) {
      LockSupport.parkNanos(this, nanos);
    }
    waiters.remove(waiter);
  }

  /**
   * Runs an action once this message is over: now if it is, and otherwise on the thread that ends
   * it, after earlier actions.
   */
  public void whenOver(Runnable action) {
    synchronized (this) {
      if (!isOver()) {
        Runnable earlier = whenOver;
        whenOver =
            earlier == null
                ? action
                : () -> {
                  try {
                    earlier.run();
                  } finally {
                    action.run();
                  }
                };
        return;
      }
    }
    action.run();
  }

  void complete() {
    done = true;
    notifyWaiters();
  }

  void fail(PeerFailure peerFailure) {
    if (!done) {
      this.peerFailure = peerFailure;
      notifyWaiters();
    }
  }

  private void notifyWaiters() {
    waiters.forEach(LockSupport::unpark);
    Runnable action;
    synchronized (this) {
      action = whenOver;
      whenOver = null;
    }
    if (action != null) {
      action.run();
    }
  }
}
