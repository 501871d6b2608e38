package io.muster.collectives.internal.mesh;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A message that was posted for sending or receiving, and its outcome. Any number of threads may
 * wait for it.
 */
public final class PostedMessage {
  private final ByteBuffer data;

  /** How many bytes are sent, or arrive; set before {@link #done}. */
  private int length;

  private volatile int rank;
  private volatile boolean done;
  private volatile @Nullable PeerFailure peerFailure;
  private final Queue<Thread> waiters = new ConcurrentLinkedQueue<>();
  private @Nullable Runnable whenOver;

  /** The message of {@code rank}, or, if that is negative, of whoever sends first. */
  PostedMessage(int rank, ByteBuffer data) {
    this.rank = rank;
    this.data = data;
    this.length = data.remaining();
  }

  /** The bytes to send, or the place for those to receive, between position and limit. */
  ByteBuffer data() {
    return data;
  }

  /** How many bytes were sent or have arrived, once it is done; may be less than there is room. */
  public int length() {
    return length;
  }

  void willReceive(int bytes) {
    this.length = bytes;
  }

  /** The other rank; negative as long as a receive from any source has met no sender. */
  public int rank() {
    return rank;
  }

  void comesFrom(int sender) {
    this.rank = sender;
  }

  /** Whether the message was handed to the network, or has arrived. */
  public boolean isDone() {
    return done;
  }

  /** Why the message can no longer be sent or received, if so. */
  public @Nullable PeerFailure peerFailure() {
    return peerFailure;
  }

  /** Whether it is done or lost. */
  public boolean isOver() {
    return done || peerFailure != null;
  }

  /** Waits until it is over or someone wakes this thread, at most so many nanoseconds. */
  public void await(long nanos) {
    Thread waiter = Thread.currentThread();
    waiters.add(waiter);
    if (!isOver()) {
      LockSupport.parkNanos(this, nanos);
    }
    waiters.remove(waiter);
  }

  /**
   * Runs something once it is over: at once, or on the thread that ends it, after what came before.
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
    over();
  }

  void lose(PeerFailure peerFailure) {
    if (!done) {
      this.peerFailure = peerFailure;
      over();
    }
  }

  private void over() {
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
