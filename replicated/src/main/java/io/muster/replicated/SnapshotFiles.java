package io.muster.replicated;

import io.muster.store.internal.journal.JournaledState;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * Writes snapshots on a thread of its own, once enough has been appended to the log since the last
 * one. Ratis asks twice for each: then the snapshot begins, and when it is written, its number is
 * returned, so that Ratis deletes the older part of the log.
 *
 * <p>Called by the thread that applies entries, except for {@link #close}.
 */
final class SnapshotFiles {
  private static final Logger LOG = System.getLogger("io.muster.replicated");
  private static final String UNFINISHED = ".tmp";

  private final JournaledState state;
  private final SimpleStateMachineStorage storage;
  private final long threshold;
  private final Consumer<Runnable> request;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "muster-snapshot");
            thread.setDaemon(true);
            return thread;
          });

  /** The length of the entries since the last snapshot began. */
  private long bytesSince;

  /** Whether Ratis has been requested to ask, and has not answered. */
  private volatile boolean requested;

  /** The length of the last snapshot. */
  private volatile long lastBytes;

  /** The snapshot that is written and has not been reported to Ratis. */
  private volatile @Nullable TermIndex finished;

  /** Whether a snapshot is being written. */
  private volatile boolean writing;

  private volatile boolean closed;

  /**
   * No snapshot yet.
   *
   * @param request has Ratis ask for a snapshot; it returns at once, and later runs what it is
   *     given, whether Ratis has asked or not
   */
  SnapshotFiles(
      JournaledState state,
      SimpleStateMachineStorage storage,
      long threshold,
      Consumer<Runnable> request) {
    this.state = state;
    this.storage = storage;
    this.threshold = threshold;
    this.request = request;
  }

  /** The contents are those of a snapshot of this length. */
  void restored(long bytes) {
    lastBytes = bytes;
  }

  /** Counts an entry, and has Ratis ask for a snapshot if there are enough. */
  void count(long bytes) {
    bytesSince += bytes;
    boolean enough = !writing && bytesSince >= Math.max(threshold, lastBytes);
    if (!requested && (enough || finished != null)) {
      request();
    }
  }

  private void request() {
    requested = true;
    request.accept(() -> requested = false);
  }

  /**
   * Returns the number of a snapshot that was finished since the last call, or begins one.
   *
   * @param applied the last entry that is part of the contents
   */
  long finishedOrBegin(TermIndex applied) {
    TermIndex done = finished;
    if (done != null) {
      finished = null;
      return done.getIndex();
    }
    if (!writing) {
      begin(applied);
    }
    return RaftLog.INVALID_LOG_INDEX;
  }

  private void begin(TermIndex applied) {
    bytesSince = 0;
    try {
      JournaledState.Snapshot snapshot = state.snapshot();
      writing = true;
      writer.execute(() -> writeOrLog(snapshot, applied));
    } catch (IOException | RuntimeException e) {
      writing = false;
      LOG.log(Level.WARNING, "a snapshot could not begin: {0}", e.toString());
    }
  }

  private void writeOrLog(JournaledState.Snapshot snapshot, TermIndex applied) {
    Path file = storage.getSnapshotFile(applied.getTerm(), applied.getIndex()).toPath();
    try (snapshot) {
      write(snapshot, file, applied);
      finished = applied;
    } catch (Throwable e) {
      // The log has everything; another snapshot is tried when more has been appended.
      if (!closed) {
        LOG.log(Level.WARNING, "the snapshot {0} could not be written: {1}", file, e.toString());
      }
    } finally {
      writing = false;
    }
    if (finished != null && !closed) {
      request();
    }
  }

  private void write(JournaledState.Snapshot snapshot, Path file, TermIndex applied)
      throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
    try {
      try (OutputStream out = Files.newOutputStream(unfinished)) {
        snapshot.writeTo(out);
      }
      DataDirectory.force(unfinished);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      DataDirectory.force(file.getParent());
    } finally {
      boolean unusedDeleted = Files.deleteIfExists(unfinished);
    }
    lastBytes = Files.size(file);
    // Ratis deletes only snapshots that have one.
    FileInfo info = new FileInfo(file, MD5FileUtil.computeAndSaveMd5ForFile(file.toFile()));
    var unusedLatest = storage.updateLatestSnapshot(new SingleFileSnapshotInfo(info, applied));
  }

  /** Deletes what a server left that ended while it wrote a snapshot. */
  void deleteUnfinished(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (String.valueOf(file.getFileName()).endsWith(UNFINISHED)) {
          Files.delete(file);
        }
      }
    }
  }

  /** No snapshot is begun any more; one that is being written fails. Blocks until that is so. */
  void close() {
    closed = true;
    var unusedQueued = writer.shutdownNow();
    try {
      boolean unusedEnded = writer.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
