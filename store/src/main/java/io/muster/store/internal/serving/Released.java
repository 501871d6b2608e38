package io.muster.store.internal.serving;

import io.muster.store.internal.wire.Reply;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The clients of an event loop whose waits have ended and who have not been told. Telling one is a
 * system call of some microseconds, so that a crowd is told by several threads, the loop's and
 * those of the common pool, while the loop does nothing else.
 */
final class Released {
  /** How many one thread tells before it looks whether there are more. */
  private static final int PIECE = 64;

  /** For fewer it is not worth to wake another thread, which takes a processor from the clients. */
  private static final int CROWD = 24 * PIECE;

  /** A server shares its host with ranks. */
  private static final int MOST_HELPERS = 3;

  private static final int HELPERS =
      Math.min(MOST_HELPERS, Runtime.getRuntime().availableProcessors() - 1);

  private final List<Conversation> clients = new ArrayList<>();
  private final ByteBuffer reply = ByteBuffer.allocateDirect(1).put(0, (byte) Reply.STOP_WAITING);

  void add(Conversation client) {
    clients.add(client);
  }

  boolean isEmpty() {
    return clients.isEmpty();
  }

  /** Tells all of them. */
  void tell() {
    if (clients.size() < CROWD || HELPERS == 0) {
      tell(0, clients.size(), reply);
    } else {
      new Crowd().tell();
    }
    for (int i = 0; i < clients.size(); i++) {
      clients.get(i).told();
    }
    clients.clear();
  }

  private void tell(int from, int to, ByteBuffer reply) {
    for (int i = from; i < to; i++) {
      clients.get(i).tell(reply.clear());
    }
  }

  /** All who are released now; each piece of them is told by one thread. */
  private final class Crowd implements Runnable {
    private final int size = clients.size();
    private final AtomicInteger begun = new AtomicInteger();
    private final CountDownLatch untold = new CountDownLatch((size + PIECE - 1) / PIECE);

    void tell() {
      try {
        for (int i = 0; i < HELPERS; i++) {
          ForkJoinPool.commonPool().execute(this);
        }
      } catch (RejectedExecutionException | OutOfMemoryError e) {
        // Then it takes longer.
      }
      run();
      // Nobody else may touch a client meanwhile, whatever happens to the loop's thread.
      Threads.uninterrupted(untold::await);
    }

    @Override
    public void run() {
      ByteBuffer own = reply.duplicate();
      for (int from = begun.getAndAdd(PIECE); from < size; from = begun.getAndAdd(PIECE)) {
        try {
          Released.this.tell(from, Math.min(from + PIECE, size), own);
        } finally {
          untold.countDown();
        }
      }
    }
  }
}
