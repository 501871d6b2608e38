package io.muster.collectives.internal.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A pool of direct buffers, which operations use one after another. Thread-safe. */
public final class ScratchMemory {
  /** The pool keeps at most this many bytes of idle buffers. */
  private static final long MAX_IDLE_BYTES = 160L << 20;

  private static final int MIN_CAPACITY = 4096;

  /** Capacities are powers of two up to this size, and multiples of it above. */
  private static final int STEP = 1 << 20;

  private final Map<Integer, ArrayDeque<ByteBuffer>> idle = new HashMap<>();
  private long idleBytes;

  /** An empty pool. */
  public ScratchMemory() {}

  /** Takes a buffer of {@code bytes} bytes, in little-endian order and with arbitrary contents. */
  public ByteBuffer take(int bytes) {
    int capacity = capacityFor(bytes);
    ByteBuffer taken = takeIdle(capacity);
    if (taken == null) {
      taken = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
    return taken.clear().limit(bytes);
  }

  private synchronized @Nullable ByteBuffer takeIdle(int capacity) {
    ArrayDeque<ByteBuffer> buffers = idle.get(capacity);
    ByteBuffer taken = buffers == null ? null : buffers.poll();
    if (taken != null) {
      idleBytes -= capacity;
    }
    return taken;
  }

  /** Returns a buffer of {@link #take}, which the caller must not use afterwards. */
  public synchronized void giveBack(ByteBuffer buffer) {
    if (idleBytes + buffer.capacity() <= MAX_IDLE_BYTES) {
      idle.computeIfAbsent(buffer.capacity(), unused -> new ArrayDeque<>()).push(buffer);
      idleBytes += buffer.capacity();
    }
  }

  private static int capacityFor(int bytes) {
    if (bytes <= MIN_CAPACITY) {
      return MIN_CAPACITY;
    }
    if (bytes <= STEP) {
      return Integer.highestOneBit(bytes - 1) << 1;
    }
    long steps = (bytes + (long) STEP - 1) / STEP;
    return (int) Math.min(steps * STEP, Integer.MAX_VALUE);
  }
}
