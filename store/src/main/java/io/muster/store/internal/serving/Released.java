package io.muster.store.internal.serving;

import io.muster.store.internal.wire.Reply;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

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

  private @Nullable Conversation[] clients = new @Nullable Conversation[64];
  private int size;

  /** Those who are being told; looking after them may release more. */
  private @Nullable Conversation[] telling = new @Nullable Conversation[64];

  private final ByteBuffer reply = ByteBuffer.allocateDirect(1).put(0, (byte) Reply.STOP_WAITING);

  /** Makes room for so many, so that {@link #add} needs no memory. */
  void reserve(int connections) {
    if (connections > clients.length) {
      int length = Math.max(connections, 2 * clients.length);
      telling = Arrays.copyOf(telling, length);
      clients = Arrays.copyOf(clients, length);
    }
  }

  /** Adds a client, which must not be there yet. */
  void add(Conversation client) {
    clients[size++] = client;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Tells all of them. It does not throw. */
  void tell() {
    int told = size;
    @Nullable Conversation[] released = clients;
    clients = telling;
    telling = released;
    size = 0;
    if (told < CROWD || HELPERS == 0) {
      tell(0, told, reply);
    } else {
      tellAsCrowd(told);
    }
    for (int i = 0; i < told; i++) {
      Conversation client = Objects.requireNonNull(released[i]);
      released[i] = null;
      client.tellNumbers();
      client.told();
    }
  }

  private void tellAsCrowd(int size) {
    Crowd crowd;
    try {
      crowd = new Crowd(size);
    } catch (OutOfMemoryError e) {
      tell(0, size, reply);
      return;
    }
    crowd.tell();
  }

  private void tell(int from, int to, ByteBuffer reply) {
    for (int i = from; i < to; i++) {
      Objects.requireNonNull(telling[i]).tellEnd(reply.clear());
    }
  }

  /** All who are released now; each piece of them is told by one thread. */
  private final class Crowd implements Runnable {
    private final int size;
    private final AtomicInteger begun = new AtomicInteger();
    private final CountDownLatch untold;

    Crowd(int size) {
      this.size = size;
      this.untold = new CountDownLatch((size + PIECE - 1) / PIECE);
    }

    void tell() {
      try {
        for (int i = 0; i < HELPERS; i++) {
          ForkJoinPool.commonPool().execute(this);
        }
      } catch (Throwable e) {
        // No room for a thread, say. Then it takes longer.
      }
      tellPieces(reply);
      // Nobody else may touch a client meanwhile, whatever happens to the loop's thread.
      Threads.uninterrupted(untold::await);
    }

    @Override
    public void run() {
      tellPieces(reply.duplicate());
    }

    private void tellPieces(ByteBuffer own) {
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
