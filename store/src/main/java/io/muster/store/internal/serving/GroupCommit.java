package io.muster.store.internal.serving;

import io.muster.store.internal.commit.Batch;
import io.muster.store.internal.commit.BatchWriter;
import io.muster.store.internal.commit.Change;
import io.muster.store.internal.commit.MalformedDataException;
import io.muster.store.internal.commit.ServerContents;
import io.muster.store.internal.journal.Journal;
import io.muster.store.internal.keyspace.Command;
import io.muster.store.internal.keyspace.CommandLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Collects the changes of an event loop's turns into batches, and applies each batch once the
 * journal has it. One batch at a time is on its way to the journal, so all changes that are
 * submitted meanwhile share the next write to the disk.
 *
 * <p>Called by the thread of the event loop only.
 */
final class GroupCommit {
  /**
   * A submitted command, the buffer of its batch, which is up to twice as long as the bytes in it,
   * and the batch as the journal gets it.
   */
  private static final int COPIES = 4;

  private final ServerContents contents;
  private final Journal journal;

  /** Batches that are not appended yet. Changes are added to the last one. */
  private final Queue<Forming> forming = new ArrayDeque<>();

  private @Nullable Forming last;

  /** The batch that is appended and not applied yet. */
  private @Nullable InFlight inFlight;

  private boolean stopped;
  private long epoch;
  private long nextSequence;

  /** A change, and what is called once it is applied or has failed. */
  private record Submitted(Change change, CommandLog.Completion completion) {}

  /** An appended batch without its bytes, which the journal has. */
  private record InFlight(long epoch, long sequence, List<Submitted> submitted) {}

  private static final class Forming {
    final long epoch;
    final long sequence;
    final BatchWriter writer;
    final List<Submitted> submitted = new ArrayList<>();

    Forming(long epoch, long sequence) {
      this.epoch = epoch;
      this.sequence = sequence;
      this.writer = new BatchWriter(epoch, sequence);
    }

    /** Adds a change to the bytes and to the list, or to neither; false if it does not fit. */
    boolean add(Submitted change, int maxBytes) {
      submitted.add(change);
      boolean added = false;
      try {
        added = writer.add(change.change, maxBytes);
      } finally {
        if (!added) {
          Submitted unused = submitted.remove(submitted.size() - 1);
        }
      }
      return added;
    }
  }

  GroupCommit(ServerContents contents, Journal journal) {
    this.contents = contents;
    this.journal = journal;
  }

  /** Begins the next epoch. Nothing has been submitted before. */
  void begin(CommandLog.Completion completion) throws IOException {
    epoch = contents.epoch() + 1;
    nextSequence = 1;
    submit(new Change.BeginEpoch(epoch), completion);
  }

  /** The log of a job. */
  CommandLog logOf(int job) {
    return new CommandLog() {
      @Override
      public boolean submit(Command command, Completion completion) {
        try {
          GroupCommit.this.submit(new Change.OfKeyspace(job, command), completion);
          return false;
        } catch (IOException e) {
          command.fail(e);
          return true;
        }
      }

      @Override
      public int copies() {
        return COPIES;
      }
    };
  }

  /**
   * Submits a change.
   *
   * @param completion called once the change is applied, not within a call of this method
   * @throws IOException if it is longer than a batch may be; it is not submitted then
   */
  void submit(Change change, CommandLog.Completion completion) throws IOException {
    int maxBytes = journal.maxBatchBytes();
    Submitted entry = new Submitted(change, completion);
    Forming batch = last;
    if (batch == null || !batch.add(entry, maxBytes)) {
      batch = new Forming(epoch, nextSequence);
      if (!batch.add(entry, maxBytes)) {
        throw new IOException(
            "one request writes more than the " + maxBytes + " bytes that the journal can take");
      }
      forming.add(batch);
      nextSequence++;
      last = batch;
    }
  }

  /** Appends the next batch to the journal, if there is one and no other is on its way. */
  void flush() {
    if (inFlight != null || stopped) {
      return;
    }
    Forming next = forming.peek();
    if (next != null) {
      if (next == last) {
        // Nothing is added to it. If appending fails, the same bytes are appended again.
        last = null;
      }
      InFlight appended = new InFlight(next.epoch, next.sequence, next.submitted);
      journal.append(next.writer.toBytes());
      inFlight = appended;
      Forming unusedAppended = forming.remove();
    }
  }

  /** Nothing is appended any more. */
  void stop() {
    stopped = true;
  }

  /**
   * Applies a batch that the journal has.
   *
   * @throws MalformedDataException if it is none; nothing has changed then
   */
  void apply(byte[] batch) throws MalformedDataException {
    InFlight own = inFlight;
    if (own == null || !Batch.isNumbered(batch, own.epoch(), own.sequence())) {
      applyRecorded(Batch.of(batch));
      return;
    }
    inFlight = null;
    if (contents.admit(own.epoch(), own.sequence())) {
      for (Submitted each : own.submitted()) {
        contents.apply(each.change);
        each.completion.completed();
      }
    }
  }

  private void applyRecorded(Batch batch) {
    if (contents.admit(batch.epoch(), batch.sequence())) {
      batch.changes().forEach(contents::apply);
    }
  }
}
