package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.Preamble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The messages to one peer, in the order in which they are put. A thread that puts messages also
 * writes them, as far as that does not block, unless another thread is writing. So no thread waits
 * for the network here. Thread-safe.
 */
final class Outbound {
  /** The maximum number of messages per system call. */
  private static final int BATCH = 16;

  /** A preamble, and the data that follow it. */
  private record Frame(
      ByteBuffer preamble, @Nullable ByteBuffer data, @Nullable PostedMessage posted) {
    boolean isWritten() {
      return !preamble.hasRemaining() && (data == null || !data.hasRemaining());
    }
  }

  private final Queue<Frame> queue = new ConcurrentLinkedQueue<>();
  private final ReentrantLock writing = new ReentrantLock();

  /** The messages that are being written. Guarded by {@link #writing}. */
  private final ArrayDeque<Frame> started = new ArrayDeque<>(BATCH);

  private final Runnable whenFull;
  private volatile @Nullable GatheringByteChannel channel;
  private volatile boolean full;

  /**
   * The messages to a peer that is not connected. They are written once a channel is attached.
   *
   * @param whenFull called when a write would block; the caller then calls {@link #resume} when the
   *     channel is writable
   */
  Outbound(Runnable whenFull) {
    this.whenFull = whenFull;
  }

  void attach(GatheringByteChannel channel) {
    this.channel = channel;
  }

  void put(Preamble preamble, @Nullable PostedMessage posted) {
    ByteBuffer data = posted == null ? null : posted.data().duplicate();
    queue.add(new Frame(preamble.encode(), data, posted));
  }

  /** Puts an empty message, which is done when all messages before it are written. */
  void putMark(PostedMessage mark) {
    queue.add(new Frame(ByteBuffer.allocate(0), null, mark));
  }

  /** Writes as far as that does not block, unless another thread is writing. */
  void flush() throws IOException {
    GatheringByteChannel open = channel;
    while (open != null && !full && !queue.isEmpty()) {
      if (!writing.tryLock()) {
        // The thread that has the lock checks the queue again after it has released it.
        return;
      }
      try {
        write(open);
      } finally {
        writing.unlock();
      }
    }
  }

  /** Continues to write after the channel was full. */
  void resume() throws IOException {
    GatheringByteChannel open = channel;
    if (open == null) {
      return;
    }
    writing.lock();
    try {
      full = false;
      write(open);
    } finally {
      writing.unlock();
    }
    flush();
  }

  private void write(GatheringByteChannel open) throws IOException {
    while (!full) {
      while (started.size() < BATCH && !queue.isEmpty()) {
        started.add(queue.remove());
      }
      if (started.isEmpty()) {
        return;
      }
      ByteBuffer[] buffers = new ByteBuffer[2 * started.size()];
      int count = 0;
      for (Frame frame : started) {
        buffers[count++] = frame.preamble;
        if (frame.data != null) {
          buffers[count++] = frame.data;
        }
      }
      open.write(buffers, 0, count);
      while (!started.isEmpty() && started.peek().isWritten()) {
        PostedMessage posted = started.remove().posted;
        if (posted != null) {
          posted.complete();
        }
      }
      if (!started.isEmpty()) {
        full = true;
        whenFull.run();
      }
    }
  }

  /** The sends that are not completely written. */
  List<PostedMessage> unsent() {
    List<PostedMessage> unsent = new ArrayList<>();
    writing.lock();
    try {
      for (Frame frame : started) {
        addSend(frame, unsent);
      }
      for (Frame frame : queue) {
        addSend(frame, unsent);
      }
    } finally {
      writing.unlock();
    }
    return unsent;
  }

  private static void addSend(Frame frame, List<PostedMessage> sends) {
    if (frame.posted != null) {
      sends.add(frame.posted);
    }
  }

  /** Removes the messages that are not completely written. */
  void drop() {
    writing.lock();
    try {
      started.clear();
      queue.clear();
    } finally {
      writing.unlock();
    }
  }
}
