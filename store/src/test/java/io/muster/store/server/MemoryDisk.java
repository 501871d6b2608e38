package io.muster.store.server;

import io.muster.store.internal.journal.Journal;
import io.muster.store.internal.journal.JournalProvider;
import io.muster.store.internal.journal.JournaledState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A data directory in memory, for tests: what is written survives the servers that use it, one
 * after another. Tests can hold writes back, and make them fail.
 */
public final class MemoryDisk {
  private static final Map<Path, MemoryDisk> DISKS = new ConcurrentHashMap<>();
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int MANY = 1_000_000;

  private final Path path = Path.of("memory-" + COUNT.incrementAndGet());

  /** A permit per write that may be done. */
  private final Semaphore writes = new Semaphore(MANY);

  private final List<byte[]> batches = new ArrayList<>();
  private byte @Nullable [] snapshot;
  private int batchesInSnapshot;
  private @Nullable IOException failure;
  private boolean repeats;
  private volatile int maxBatchBytes = 20 << 20;
  private @Nullable JournaledState state;

  MemoryDisk() {
    DISKS.put(path, this);
  }

  Path path() {
    return path;
  }

  /** From now on, nothing is written. */
  void hold() {
    int unusedDrained = writes.drainPermits();
  }

  /** Has the next {@code count} batches written. */
  void release(int count) {
    writes.release(count);
  }

  /** From now on, everything is written. */
  void release() {
    writes.release(MANY);
  }

  /** From now on, every write fails. */
  synchronized void fail(String reason) {
    failure = new IOException(reason);
  }

  /** From now on, each batch is applied twice. */
  synchronized void repeat() {
    repeats = true;
  }

  void limit(int bytes) {
    maxBatchBytes = bytes;
  }

  synchronized int batches() {
    return batches.size();
  }

  /** Takes a snapshot, which replaces the batches before it. */
  void snapshot() throws IOException {
    snapshot(() -> {});
  }

  /**
   * Takes a snapshot, which replaces the batches before it.
   *
   * @param meanwhile runs after the snapshot has begun and before it is written
   */
  void snapshot(Runnable meanwhile) throws IOException {
    JournaledState.Snapshot begun;
    int batchesBefore;
    synchronized (this) {
      begun = current().snapshot();
      batchesBefore = batches.size();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JournaledState.Snapshot taken = begun) {
      meanwhile.run();
      taken.writeTo(bytes);
    }
    synchronized (this) {
      snapshot = bytes.toByteArray();
      batchesInSnapshot = batchesBefore;
    }
  }

  private JournaledState current() {
    JournaledState current = state;
    if (current == null) {
      throw new IllegalStateException("no server uses the disk");
    }
    return current;
  }

  private synchronized void write(byte[] batch) {
    if (failure != null) {
      current().fail(failure);
      return;
    }
    batches.add(batch);
    var unusedApplied = current().apply(batch);
    if (repeats) {
      var unusedRepeated = current().apply(batch);
    }
  }

  private synchronized void open(JournaledState newState) throws IOException {
    state = newState;
    byte[] restored = snapshot;
    if (restored != null) {
      newState.restore(new ByteArrayInputStream(restored), restored.length);
    }
    for (byte[] batch : batches.subList(batchesInSnapshot, batches.size())) {
      var unusedApplied = newState.apply(batch);
    }
  }

  /** Finds the disk with a path. */
  public static final class Provider implements JournalProvider {
    @Override
    public Journal journal(Path directory) throws IOException {
      MemoryDisk disk = DISKS.get(directory);
      if (disk == null) {
        throw new IOException("there is no such disk; create one");
      }
      return disk.new MemoryJournal();
    }
  }

  private final class MemoryJournal implements Journal {
    private final ExecutorService writer = Executors.newSingleThreadExecutor();

    @Override
    public int maxBatchBytes() {
      return maxBatchBytes;
    }

    @Override
    public void open(JournaledState newState) throws IOException {
      MemoryDisk.this.open(newState);
    }

    @Override
    public void append(byte[] batch) {
      try {
        writer.execute(
            () -> {
              try {
                writes.acquire();
                write(batch);
              } catch (InterruptedException e) {
                // The journal is closed.
                return;
              }
            });
      } catch (RejectedExecutionException e) {
        // The journal is closed.
        return;
      }
    }

    @Override
    public void close() {
      writer.shutdownNow();
    }
  }
}
