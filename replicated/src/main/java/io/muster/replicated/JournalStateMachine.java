package io.muster.replicated;

import io.muster.store.internal.journal.JournaledState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis applies entries to and takes snapshots of: passes them on to the state of the server.
 */
final class JournalStateMachine extends BaseStateMachine {
  /** The entries that are passed on and not applied yet, at most, while a log is replayed. */
  private static final int MAX_PENDING = 256;

  private final JournaledState state;
  private final Consumer<Throwable> whenFailed;
  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final SnapshotFiles snapshots;
  private final Semaphore room = new Semaphore(MAX_PENDING);
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  /** The server does not run any more, or is being closed. */
  private volatile boolean closing;

  /**
   * A state machine of a server that is not started.
   *
   * @param snapshotBytes the length of the entries since the last snapshot from which on another is
   *     taken, if the last one is not longer
   * @param requestSnapshot has Ratis ask for a snapshot; it returns at once, and later runs what it
   *     is given, whether Ratis has asked or not
   * @param whenFailed is told why nothing can be appended any more
   */
  JournalStateMachine(
      JournaledState state,
      long snapshotBytes,
      Consumer<Runnable> requestSnapshot,
      Consumer<Throwable> whenFailed) {
    this.state = state;
    this.whenFailed = whenFailed;
    this.snapshots = new SnapshotFiles(state, storage, snapshotBytes, requestSnapshot);
  }

  /** Completed once all entries of the log are passed on and more can be appended. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** From now on, an end of the server is no failure. */
  void closing() {
    closing = true;
    snapshots.close();
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage raftStorage)
      throws IOException {
    super.initialize(server, group, raftStorage);
    storage.init(raftStorage);
    snapshots.deleteUnfinished(raftStorage.getStorageDir().getStateMachineDir().toPath());
    SingleFileSnapshotInfo latest = storage.loadLatestSnapshot();
    if (latest != null) {
      restore(latest.getFile().getPath());
      setLastAppliedTermIndex(latest.getTermIndex());
      snapshots.restored(Files.size(latest.getFile().getPath()));
    }
  }

  private void restore(Path snapshot) throws IOException {
    try (InputStream in = Files.newInputStream(snapshot)) {
      state.restore(in, Files.size(snapshot));
    } catch (IOException e) {
      throw new UnusableFileException(
          "the snapshot "
              + snapshot
              + " cannot be read ("
              + e.getMessage()
              + "); restore the directory from a backup",
          e);
    }
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return storage;
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = transaction.getLogEntry();
    byte[] batch = entry.getStateMachineLogEntry().getLogData().toByteArray();
    boolean unusedUpdated = updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
    snapshots.count(batch.length);
    room.acquireUninterruptibly();
    return state
        .apply(batch)
        .whenComplete((applied, failure) -> room.release())
        .thenApply(applied -> Message.EMPTY);
  }

  /** Called when all entries that were passed on are applied. */
  @Override
  public long takeSnapshot() {
    TermIndex applied = getLastAppliedTermIndex();
    return closing ? RaftLog.INVALID_LOG_INDEX : snapshots.finishedOrBegin(applied);
  }

  @Override
  public void notifyLeaderReady() {
    ready.complete(null);
  }

  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
    fail(cause);
  }

  @Override
  public void notifyServerShutdown(RoleInfoProto role, boolean allServer) {
    fail(new IOException("the log has ended by itself; see the messages above"));
  }

  private void fail(Throwable reason) {
    if (!closing) {
      boolean unusedFailed = ready.completeExceptionally(reason);
      whenFailed.accept(reason);
    }
  }
}
