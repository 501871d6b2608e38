package io.muster.store.internal.serving;

import io.muster.store.internal.concurrent.Uninterruptibles;
import io.muster.store.internal.wire.Reply;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The clients of an event loop whose waits have ended and whose wake-ups have not been sent.
 * Sending one is a system call of some microseconds, so many wake-ups are sent by several threads:
 * the loop's and threads of the common pool. The loop does nothing else meanwhile.
 */
final class WakeupBatch {
  /** The number of wake-ups that a thread sends before it takes more. */
  private static final int PIECE = 64;

  /** Below this size, waking a helper thread costs more CPU time than it saves. */
  private static final int PARALLEL_FROM = 24 * PIECE;

  /**
   * The maximum number of helper threads. It is low because a server shares its host with ranks.
   */
  private static final int MAX_HELPERS = 3;

  private static final int HELPERS =
      Math.min(MAX_HELPERS, Runtime.getRuntime().availableProcessors() - 1);

  /** A client whose wait has ended. No method throws. */
  interface Recipient {
    /**
     * Sends the end of a wait without a number, and keeps it if the socket has no room. Does
     * nothing if the client's waits have numbers. Another thread may call it while the loop waits.
     */
    void deliverWakeup(ByteBuffer wakeup);

    /** Sends the ends of waits with numbers, if the client's waits have numbers. */
    void deliverNumberedWakeups();

    /** All wake-ups of this client have been delivered. */
    void onWakeupDelivered();
  }

  private final HeldReplies heldReplies;
  private @Nullable Recipient[] clients = new @Nullable Recipient[64];
  private int size;

  /** The clients whose wake-ups are being sent. Meanwhile {@link #add} may add others. */
  private @Nullable Recipient[] delivering = new @Nullable Recipient[64];

  private final ByteBuffer reply = ByteBuffer.allocateDirect(1).put(0, (byte) Reply.STOP_WAITING);

  WakeupBatch(HeldReplies heldReplies) {
    this.heldReplies = heldReplies;
  }

  /** Makes room for {@code connections} clients, so that {@link #add} does not allocate. */
  void reserve(int connections) {
    if (connections > clients.length) {
      int length = Math.max(connections, 2 * clients.length);
      @Nullable Recipient[] longerClients = Arrays.copyOf(clients, length);
      // Both are assigned or none, because the arrays take turns.
      delivering = Arrays.copyOf(delivering, length);
      clients = longerClients;
    }
  }

  /** Adds a client that is not in the batch. */
  void add(Recipient client) {
    clients[size++] = client;
  }

  /**
   * Sends all wake-ups. Held replies are sent first, because a wake-up must not overtake a reply to
   * the same client. It does not throw.
   */
  void deliver() {
    if (size == 0) {
      return;
    }
    heldReplies.send();
    int count = size;
    @Nullable Recipient[] released = clients;
    clients = delivering;
    delivering = released;
    size = 0;
    if (count < PARALLEL_FROM || HELPERS == 0) {
      deliver(0, count, reply);
    } else {
      deliverInParallel(count);
    }
    for (int i = 0; i < count; i++) {
      Recipient client = Objects.requireNonNull(released[i]);
      released[i] = null;
      client.deliverNumberedWakeups();
      client.onWakeupDelivered();
    }
  }

  private void deliverInParallel(int size) {
    ParallelDelivery delivery;
    try {
      delivery = new ParallelDelivery(size);
    } catch (OutOfMemoryError e) {
      deliver(0, size, reply);
      return;
    }
    delivery.deliver();
  }

  private void deliver(int from, int to, ByteBuffer reply) {
    for (int i = from; i < to; i++) {
      Objects.requireNonNull(delivering[i]).deliverWakeup(reply.clear());
    }
  }

  /** The wake-ups of this batch, in pieces, each of which is sent by one thread. */
  private final class ParallelDelivery implements Runnable {
    private final int size;
    private final AtomicInteger begun = new AtomicInteger();
    private final CountDownLatch undelivered;

    ParallelDelivery(int size) {
      this.size = size;
      this.undelivered = new CountDownLatch((size + PIECE - 1) / PIECE);
    }

    void deliver() {
      try {
        for (int i = 0; i < HELPERS; i++) {
          ForkJoinPool.commonPool().execute(this);
        }
      } catch (Throwable e) {
        // Such as no memory for a thread. The threads that run do the work of the others.
      }
      deliverPieces(reply);
      // No other code may use a client meanwhile, even if the loop's thread is interrupted.
      Uninterruptibles.await(undelivered::await);
    }

    @Override
    public void run() {
      deliverPieces(reply.duplicate());
    }

    private void deliverPieces(ByteBuffer own) {
      for (int from = begun.getAndAdd(PIECE); from < size; from = begun.getAndAdd(PIECE)) {
        try {
          WakeupBatch.this.deliver(from, Math.min(from + PIECE, size), own);
        } finally {
          undelivered.countDown();
        }
      }
    }
  }
}
