package io.muster.store.internal.serving;

import io.muster.store.internal.commit.Change;
import io.muster.store.internal.commit.JobContents;
import io.muster.store.internal.commit.JobRecord;
import io.muster.store.internal.commit.ServerContents;
import io.muster.store.internal.commit.SnapshotWriter;
import io.muster.store.internal.journal.Journal;
import io.muster.store.internal.journal.JournaledState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The part of an event loop's server that a journal records. Thread-safe: the thread of the loop
 * does the work.
 */
final class JournaledServer implements JournaledState {
  private final LoopTasks tasks;
  private final Journal journal;
  private final long maxStoredBytes;

  /** Used by the thread of the loop only. */
  private final ServerContents contents = new ServerContents();

  /** Used by the thread of the loop only. */
  private final GroupCommit commits;

  /**
   * A server whose journal is not open yet.
   *
   * @param maxStoredBytes the most bytes of keys, values and queued items of a job
   */
  JournaledServer(LoopTasks tasks, Journal journal, long maxStoredBytes) {
    this.tasks = tasks;
    this.journal = journal;
    this.maxStoredBytes = maxStoredBytes;
    this.commits = new GroupCommit(contents, journal);
  }

  /** Restores the contents from the journal, and begins an epoch. Blocks. */
  void open() throws IOException {
    journal.open(this);
    await(done -> commits.begin(done::run));
  }

  /** Appends what the loop's turn has submitted. Called by the thread of the loop. */
  void flush() {
    commits.flush();
  }

  /** The jobs that exist, in the order of their creation. */
  List<JobRecord> jobs() throws IOException {
    return call(() -> contents.jobs().stream().map(JobContents::record).toList());
  }

  /** Records a job, which may exist. Blocks until it is recorded. */
  JobContents put(NewJob job, int port) throws IOException {
    int number =
        call(
            () ->
                contents.jobs().stream()
                    .map(JobContents::record)
                    .filter(record -> record.name().equals(job.name()))
                    .map(JobRecord::number)
                    .findAny()
                    .orElseGet(contents::takeJobNumber));
    JobRecord record =
        new JobRecord(number, job.name(), port, job.worldSize(), job.ownGrace(), maxStoredBytes);
    await(done -> commits.submit(new Change.PutJob(record), done::run));
    return call(
        () -> {
          JobContents put = contents.job(number);
          if (put == null) {
            throw new IOException("the job has been removed");
          }
          return put;
        });
  }

  /** Records that a job is removed. Called by the thread of the loop. */
  void remove(int job, Runnable whenRecorded) {
    try {
      commits.submit(new Change.RemoveJob(job), whenRecorded::run);
    } catch (IOException e) {
      throw new IllegalStateException("a removal is short enough for any batch", e);
    }
  }

  /** The keys of a recorded job. */
  JobKeys keysOf(JobContents job) {
    return new JobKeys(job.waiters(), job.keyspace(), commits.logOf(job.record().number()));
  }

  /** Closes the journal. What has been submitted and not been appended is not recorded. */
  void close() {
    try {
      boolean unusedStopped =
          call(
              () -> {
                commits.stop();
                return true;
              });
    } catch (IOException e) {
      // The loop has ended, and appends nothing any more.
    } finally {
      journal.close();
    }
  }

  @Override
  public void restore(InputStream snapshot, long length) throws IOException {
    boolean unusedRestored =
        call(
            () -> {
              contents.restore(snapshot, length);
              return true;
            });
  }

  @Override
  public CompletableFuture<Void> apply(byte[] batch) {
    return tasks.submit(
        () -> {
          try {
            commits.apply(batch);
          } catch (Throwable e) {
            // Such as no memory. What follows must not be applied to contents that lack something.
            tasks.stop(e);
            throw e;
          }
        });
  }

  @Override
  public Snapshot snapshot() throws IOException {
    return new Taken(call(contents::snapshot));
  }

  @Override
  public void fail(Throwable reason) {
    tasks.stop(reason);
  }

  private final class Taken implements Snapshot {
    private final ServerContents.Snapshot contents;

    Taken(ServerContents.Snapshot contents) {
      this.contents = contents;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      SnapshotWriter writer = contents.begin(out);
      for (var piece = call(this::next); piece.isPresent(); piece = call(this::next)) {
        piece.get().write(writer);
      }
      writer.finish();
    }

    private Optional<ServerContents.Snapshot.Piece> next() {
      return Optional.ofNullable(contents.next());
    }

    @Override
    public void close() {
      try {
        boolean unusedClosed =
            call(
                () -> {
                  contents.close();
                  return true;
                });
      } catch (IOException e) {
        // The loop has ended, and the contents with it.
        return;
      }
    }
  }

  private <T> T call(Callable<T> task) throws IOException {
    try {
      return tasks.call(task);
    } catch (ExecutionException e) {
      throw asIoException(e.getCause());
    } catch (IllegalStateException e) {
      throw new IOException("the server has ended", e);
    }
  }

  private void await(LoopTasks.LongTask task) throws IOException {
    try {
      tasks.await(task);
    } catch (ExecutionException e) {
      throw asIoException(e.getCause());
    } catch (IllegalStateException e) {
      throw new IOException("the server has ended", e);
    }
  }

  private static IOException asIoException(@Nullable Throwable cause) {
    return cause instanceof IOException failure ? failure : new IOException(cause);
  }
}
