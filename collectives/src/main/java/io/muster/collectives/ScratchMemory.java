package io.muster.collectives;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** Direct memory that runs of collectives use one after the other. Thread-safe. */
final class ScratchMemory {
  /** How many bytes may lie idle. */
  private static final long MAX_IDLE = 160L << 20;

  private static final int SMALLEST = 4096;

  /** Above this, sizes are multiples of it; below, powers of two. */
  private static final int STEP = 1 << 20;

  private final Map<Integer, ArrayDeque<ByteBuffer>> idle = new HashMap<>();
  private long idleBytes;

  /** Memory of at least so many bytes, its limit at that size; in little-endian order. */
  ByteBuffer take(int bytes) {
    int capacity = capacityFor(bytes);
    ByteBuffer taken = takeIdle(capacity);
    if (taken == null) {
      taken = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
    return taken.clear().limit(bytes);
  }

  private synchronized @org.jspecify.annotations.Nullable ByteBuffer takeIdle(int capacity) {
    ArrayDeque<ByteBuffer> buffers = idle.get(capacity);
    ByteBuffer taken = buffers == null ? null : buffers.poll();
    if (taken != null) {
      idleBytes -= capacity;
    }
    return taken;
  }

  /** Gives back what {@link #take} has returned, when nothing uses it any more. */
  synchronized void giveBack(ByteBuffer buffer) {
    if (idleBytes + buffer.capacity() <= MAX_IDLE) {
      idle.computeIfAbsent(buffer.capacity(), unused -> new ArrayDeque<>()).push(buffer);
      idleBytes += buffer.capacity();
    }
  }

  private static int capacityFor(int bytes) {
    if (bytes <= SMALLEST) {
      return SMALLEST;
    }
    if (bytes <= STEP) {
      return Integer.highestOneBit(bytes - 1) << 1;
    }
    long steps = (bytes + (long) STEP - 1) / STEP;
    return (int) Math.min(steps * STEP, Integer.MAX_VALUE);
  }
}
