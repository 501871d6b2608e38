package io.muster.store.internal.commit;

import io.muster.store.internal.keyspace.KeyspaceSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that a journal records of a server: its jobs with their keys. It depends only on the batches
 * that were applied, so all servers that apply the same batches have the same contents. Not
 * thread-safe.
 */
public final class ServerContents {
  private final Map<Integer, JobContents> jobs = new LinkedHashMap<>();

  /** One more than the greatest number that a job has had. */
  private int nextJob = 1;

  /** One more than the greatest number that was reserved. */
  private int unreservedJob = 1;

  private long epoch;
  private long sequence;

  /** The epoch of the last batch. */
  public long epoch() {
    return epoch;
  }

  /** The jobs, in the order of their creation. */
  public List<JobContents> jobs() {
    return List.copyOf(jobs.values());
  }

  /** The job with a number, or null. */
  public @Nullable JobContents job(int number) {
    return jobs.get(number);
  }

  /** Returns a number that no job has had, and reserves it. */
  public int takeJobNumber() {
    int number = Math.max(nextJob, unreservedJob);
    unreservedJob = number + 1;
    return number;
  }

  /**
   * Whether the next batch to apply is new, and then counts it as applied. It is not if it was
   * applied before, or if the server that made it has been replaced.
   */
  public boolean admit(long batchEpoch, long batchSequence) {
    if (batchEpoch < epoch || (batchEpoch == epoch && batchSequence <= sequence)) {
      return false;
    }
    epoch = batchEpoch;
    sequence = batchSequence;
    return true;
  }

  /** Applies a change. A command for a job that does not exist fails. */
  public void apply(Change change) {
    if (change instanceof Change.OfKeyspace ofKeyspace) {
      JobContents job = jobs.get(ofKeyspace.job());
      if (job == null) {
        ofKeyspace.command().fail(new IllegalStateException("the job has been removed"));
      } else {
        job.apply(ofKeyspace.command());
      }
    } else if (change instanceof Change.PutJob put) {
      put(put.job());
    } else if (change instanceof Change.RemoveJob remove) {
      jobs.remove(remove.job());
    } else if (change instanceof Change.BeginEpoch) {
      jobs.values().forEach(JobContents::withdrawArrivals);
    }
  }

  private JobContents put(JobRecord record) {
    nextJob = Math.max(nextJob, record.number() + 1);
    JobContents job = jobs.get(record.number());
    if (job == null) {
      job = new JobContents(record);
      jobs.put(record.number(), job);
    } else {
      job.become(record);
    }
    return job;
  }

  /**
   * Replaces the contents by those of a snapshot.
   *
   * @throws IOException if it cannot be read or is no snapshot; then the contents are not usable
   */
  public void restore(InputStream snapshot, long length) throws IOException {
    jobs.clear();
    SnapshotReader.read(snapshot, length, new Restoring());
  }

  private final class Restoring implements SnapshotReader.Target {
    private @Nullable JobContents job;

    @Override
    public void begin(long snapshotEpoch, long snapshotSequence, int snapshotNextJob) {
      epoch = snapshotEpoch;
      sequence = snapshotSequence;
      nextJob = snapshotNextJob;
    }

    @Override
    public void job(JobRecord record) {
      job = put(record);
    }

    @Override
    public void revision(long revision) {
      current().keyspace().loadRevision(revision);
    }

    @Override
    public void value(byte[] key, byte[] value) {
      current().keyspace().load(key, value);
    }

    @Override
    public void item(byte[] key, byte[] item) {
      current().keyspace().loadItem(key, item);
    }

    @Override
    public void arrivals(byte[] barrier, int count) {
      current().load(barrier, count);
    }

    private JobContents current() {
      return Objects.requireNonNull(job);
    }
  }

  /**
   * Begins a snapshot.
   *
   * @throws IllegalStateException if another snapshot is being taken
   */
  public Snapshot snapshot() {
    List<JobContents.Snapshot> parts = new ArrayList<>();
    try {
      for (JobContents job : jobs.values()) {
        parts.add(job.snapshot());
      }
      return new Snapshot(epoch, sequence, nextJob, parts);
    } catch (Throwable e) {
      parts.forEach(part -> part.keys().close());
      throw e;
    }
  }

  /**
   * The contents at one moment. {@link #next} and {@link #close} are called by the owner of the
   * contents, and what they return is used by any thread.
   */
  public static final class Snapshot {
    private final long epoch;
    private final long sequence;
    private final int nextJob;
    private final List<JobContents.Snapshot> jobs;
    private int current;
    private boolean begun;

    private Snapshot(long epoch, long sequence, int nextJob, List<JobContents.Snapshot> jobs) {
      this.epoch = epoch;
      this.sequence = sequence;
      this.nextJob = nextJob;
      this.jobs = jobs;
    }

    /** Begins to write the snapshot. Its pieces follow. */
    public SnapshotWriter begin(OutputStream out) throws IOException {
      return new SnapshotWriter(out, epoch, sequence, nextJob);
    }

    /** A piece of a snapshot, to be written after the pieces before it. */
    public interface Piece {
      /** Writes the piece. */
      void write(SnapshotWriter out) throws IOException;
    }

    /** The next piece; null if there are no more. */
    public @Nullable Piece next() {
      while (current < jobs.size()) {
        JobContents.Snapshot job = jobs.get(current);
        if (!begun) {
          begun = true;
          return job::writeBeginning;
        }
        KeyspaceSnapshot.Part part = job.keys().next();
        if (part != null) {
          return part::visit;
        }
        current++;
        begun = false;
      }
      return null;
    }

    /** Nothing more is taken. Closing again has no effect. */
    public void close() {
      jobs.forEach(job -> job.keys().close());
    }
  }
}
