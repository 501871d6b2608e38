package io.muster.store.internal.serving;

import io.muster.store.internal.wire.ByteSink;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The state of a server whose clients have threads of their own, the lock that guards it, and the
 * output of the client that is being served.
 */
final class GuardedState {
  private static final int REPLY_BUFFER = 32 * 1024;

  /** Guarded by {@link #lock}. */
  final ServerState state;

  /** While it is held, nothing is read from or written to a socket. */
  final ReentrantLock lock = new ReentrantLock();

  /**
   * Held while a thread waits for the lock to serve a large request, so that other threads wait for
   * at most one large request.
   */
  final ReentrantLock largeRequests = new ReentrantLock();

  /** The replies to the client that is being served. Guarded by the lock. */
  final WireOutput replies = new WireOutput(new Served(), REPLY_BUFFER);

  private @Nullable ByteSink served;

  GuardedState(ServerState state) {
    this.state = state;
  }

  /** Takes the lock even if there is no memory to queue for it, where a JDK needs some. */
  void lockSurely() {
    while (true) {
      try {
        lock.lock();
        return;
      } catch (OutOfMemoryError e) {
        state.lastResort.relieve(e);
        Threads.pause();
      }
    }
  }

  ServingStatistics statistics() {
    lock.lock();
    try {
      return state.statistics();
    } finally {
      lock.unlock();
    }
  }

  List<byte[]> keys() {
    lock.lock();
    try {
      return state.keyspace.keys();
    } finally {
      lock.unlock();
    }
  }

  /** Deletes all keys and queues. Waiters go on waiting. */
  void clear() {
    lock.lock();
    try {
      state.clear(() -> {});
    } finally {
      lock.unlock();
    }
  }

  /** A client is served: its replies go to {@code sink} until {@link #endReplies}. */
  void beginReplies(ByteSink sink) {
    served = sink;
  }

  void endReplies() throws IOException {
    try {
      replies.flush();
    } finally {
      served = null;
    }
  }

  private final class Served implements ByteSink {
    private ByteSink sink() {
      ByteSink sink = served;
      if (sink == null) {
        throw new IllegalStateException("no client is being served");
      }
      return sink;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      sink().write(bytes, offset, length);
    }

    @Override
    public void writeImmutable(byte[] bytes, int offset, int length) throws IOException {
      sink().writeImmutable(bytes, offset, length);
    }
  }
}
