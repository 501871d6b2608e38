package io.muster.replicated;

import io.muster.store.internal.journal.Journal;
import io.muster.store.internal.journal.JournaledState;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/** The journal of a node that is alone: a log of Ratis with one member. */
final class RatisJournal implements Journal {
  private static final Logger LOG = System.getLogger("io.muster.replicated");
  private static final RaftPeerId NODE = RaftPeerId.valueOf("node");
  private static final long RETRY_MILLIS = 20;
  private static final long CLOSE_MILLIS = TimeUnit.SECONDS.toMillis(10);
  private static final long SNAPSHOT_TIMEOUT_MILLIS = TimeUnit.MINUTES.toMillis(10);

  private final DataDirectory directory;
  private final JournalSizes sizes;
  private final RaftGroupId group;
  private final ClientId client = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();

  /** Submits entries, since that blocks for some microseconds. */
  private final ScheduledThreadPoolExecutor submitter =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, "muster-journal");
            thread.setDaemon(true);
            return thread;
          });

  private @Nullable RaftServer server;
  private @Nullable JournalStateMachine machine;
  private volatile @Nullable JournaledState state;
  private volatile boolean closed;

  /** A journal in a directory, which it closes. */
  RatisJournal(DataDirectory directory, JournalSizes sizes) {
    this.directory = directory;
    this.sizes = sizes;
    this.group = RaftGroupId.valueOf(directory.group());
  }

  @Override
  public int maxBatchBytes() {
    return sizes.batch();
  }

  @Override
  public void open(JournaledState newState) throws IOException {
    state = newState;
    LogTail.repair(
        directory.raft().resolve(directory.group().toString()).resolve("current"),
        RaftSettings.maxEntry(sizes.batch()));
    JournalStateMachine newMachine =
        new JournalStateMachine(newState, sizes.snapshot(), this::requestSnapshot, this::fail);
    machine = newMachine;
    RaftPeer node = RaftPeer.newBuilder().setId(NODE).setAddress("127.0.0.1:0").build();
    try {
      RaftServer newServer =
          RaftServer.newBuilder()
              .setServerId(NODE)
              .setGroup(RaftGroup.valueOf(group, node))
              .setOption(RaftStorage.StartupOption.RECOVER)
              .setProperties(RaftSettings.ofOneNode(directory, sizes))
              .setStateMachine(newMachine)
              .build();
      server = newServer;
      newServer.start();
      newMachine.ready().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the thread was interrupted", e);
    } catch (ExecutionException | IOException | RuntimeException e) {
      throw unusable(e);
    }
    directory.markComplete();
  }

  /** The failure in the words of the cause that knows the file, or else of the first one. */
  private IOException unusable(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnusableFileException unusable) {
        return unusable;
      }
    }
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new IOException(
        "the log in "
            + directory.raft()
            + " cannot be used: "
            + root.getMessage()
            + "; if the file is damaged, restore the directory from a backup",
        failure);
  }

  @Override
  public void append(byte[] batch) {
    try {
      submitter.execute(() -> submit(batch));
    } catch (RejectedExecutionException e) {
      // The journal is closed.
      return;
    }
  }

  private void submit(byte[] batch) {
    try {
      RaftClientRequest request =
          RaftClientRequest.newBuilder()
              .setClientId(client)
              .setServerId(NODE)
              .setGroupId(group)
              .setCallId(calls.incrementAndGet())
              .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(batch)))
              .setType(RaftClientRequest.writeRequestType())
              .build();
      var unusedReply =
          open()
              .submitClientRequestAsync(request)
              .whenComplete((reply, failure) -> replied(batch, reply, failure));
    } catch (Throwable e) {
      fail(e);
    }
  }

  private RaftServer open() {
    RaftServer current = server;
    if (current == null) {
      throw new IllegalStateException("the journal is not open");
    }
    return current;
  }

  private void replied(byte[] batch, @Nullable RaftClientReply reply, @Nullable Throwable failure) {
    Throwable reason = failure instanceof CompletionException ? failure.getCause() : failure;
    if (reason == null && reply != null) {
      reason = reply.getException();
    }
    if (reason == null) {
      return;
    }
    if (isTemporary(reason)) {
      // It may be in the log all the same; then it is in it twice, and applied once.
      retry(batch);
    } else {
      fail(reason);
    }
  }

  private static boolean isTemporary(Throwable reason) {
    return reason instanceof NotLeaderException
        || reason instanceof LeaderNotReadyException
        || reason instanceof LeaderSteppingDownException
        || reason instanceof ResourceUnavailableException;
  }

  private void retry(byte[] batch) {
    try {
      var unusedTimer =
          submitter.schedule(() -> submit(batch), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The journal is closed.
      return;
    }
  }

  private void fail(Throwable reason) {
    JournaledState current = state;
    if (!closed && current != null) {
      current.fail(cannotWrite(reason));
    }
  }

  private IOException cannotWrite(Throwable reason) {
    String message = reason.getMessage();
    return new IOException(
        "writing to the data directory "
            + directory
            + " failed: "
            + (message == null ? reason.toString() : message)
            + "; all acknowledged writes are in it: remove the cause and start the server again",
        reason);
  }

  /** Has Ratis ask for a snapshot. */
  private void requestSnapshot(Runnable whenDone) {
    try {
      submitter.execute(() -> submitSnapshotRequest(whenDone));
    } catch (RejectedExecutionException e) {
      // The journal is closed.
      return;
    }
  }

  private void submitSnapshotRequest(Runnable whenDone) {
    try {
      var unusedReply =
          open()
              .snapshotManagementAsync(
                  SnapshotManagementRequest.newCreate(
                      client, NODE, group, calls.incrementAndGet(), SNAPSHOT_TIMEOUT_MILLIS, 1))
              .whenComplete((reply, failure) -> whenDone.run());
    } catch (Throwable e) {
      whenDone.run();
      LOG.log(Level.WARNING, "a snapshot could not be requested: {0}", e.toString());
    }
  }

  @Override
  public void close() {
    closed = true;
    var unusedQueued = submitter.shutdownNow();
    if (machine != null) {
      machine.closing();
    }
    try {
      if (server != null) {
        close(server);
      }
    } finally {
      directory.close();
    }
  }

  /**
   * Closes the log. If Ratis evicts entries from its cache at this moment, its threads wait for
   * each other for ever. All that was acknowledged is on the disk, so that is left to the end of
   * the process then.
   */
  private static void close(RaftServer server) {
    Thread closing =
        new Thread(
            () -> {
              try {
                server.close();
              } catch (Throwable e) {
                LOG.log(Level.WARNING, "the log could not be closed: {0}", e.toString());
              }
            },
            "muster-journal-close");
    closing.setDaemon(true);
    closing.start();
    try {
      closing.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
