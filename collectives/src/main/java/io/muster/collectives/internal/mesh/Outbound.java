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
 * The messages to one peer, in the order they were put. Whoever finds that nobody is writing
 * writes, as much as the channel takes without blocking; so no thread ever waits for the network
 * here.
 */
final class Outbound {
  /** How many messages one call of the system may carry. */
  private static final int BATCH = 16;

  private record Message(
      ByteBuffer preamble, @Nullable ByteBuffer data, @Nullable PostedMessage posted) {
    boolean isWritten() {
      return !preamble.hasRemaining() && (data == null || !data.hasRemaining());
    }
  }

  private final Queue<Message> queue = new ConcurrentLinkedQueue<>();
  private final ReentrantLock writing = new ReentrantLock();

  /** What is being written; belongs to who holds {@link #writing}. */
  private final ArrayDeque<Message> started = new ArrayDeque<>(BATCH);

  private final Runnable whenFull;
  private volatile @Nullable GatheringByteChannel channel;
  private volatile boolean full;

  /**
   * Nothing is written before there is a channel.
   *
   * @param whenFull called when the channel takes no more; {@link #resume} is expected when it does
   */
  Outbound(Runnable whenFull) {
    this.whenFull = whenFull;
  }

  void attach(GatheringByteChannel channel) {
    this.channel = channel;
  }

  void put(Preamble preamble, @Nullable PostedMessage posted) {
    ByteBuffer data = posted == null ? null : posted.data().duplicate();
    queue.add(new Message(preamble.encode(), data, posted));
  }

  /** Puts something that is nothing to write, and done when all before it is written. */
  void putMark(PostedMessage mark) {
    queue.add(new Message(ByteBuffer.allocate(0), null, mark));
  }

  /** Writes what there is, unless the channel is full or another thread is at it. */
  void flush() throws IOException {
    GatheringByteChannel open = channel;
    while (open != null && !full && !queue.isEmpty()) {
      if (!writing.tryLock()) {
        // Whoever has the lock looks again after giving it back.
        return;
      }
      try {
        write(open);
      } finally {
        writing.unlock();
      }
    }
  }

  /** Goes on after the channel was full. */
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
      for (Message message : started) {
        buffers[count++] = message.preamble;
        if (message.data != null) {
          buffers[count++] = message.data;
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

  /** The sends that are not written yet. */
  List<PostedMessage> unsent() {
    List<PostedMessage> unsent = new ArrayList<>();
    writing.lock();
    try {
      for (Message message : started) {
        addSend(message, unsent);
      }
      for (Message message : queue) {
        addSend(message, unsent);
      }
    } finally {
      writing.unlock();
    }
    return unsent;
  }

  private static void addSend(Message message, List<PostedMessage> sends) {
    if (message.posted != null) {
      sends.add(message.posted);
    }
  }

  /** Forgets what is not written yet. */
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
