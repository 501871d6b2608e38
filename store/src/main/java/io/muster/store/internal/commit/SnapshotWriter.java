package io.muster.store.internal.commit;

import static io.muster.store.internal.commit.DataWriter.writeBytes;

import io.muster.store.internal.keyspace.KeyspaceSnapshot;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * Writes the state of a server: a header, a record per job, each followed by records of its
 * contents, and an end with the number of records and a checksum (CRC-32C) of all bytes before.
 *
 * <p>Not thread-safe.
 */
public final class SnapshotWriter implements KeyspaceSnapshot.Visitor {
  static final byte[] MAGIC = "MUSTSNAP".getBytes(StandardCharsets.US_ASCII);
  static final int VERSION = 1;

  static final int JOB = 'J';
  static final int REVISION = 'R';
  static final int VALUE = 'V';
  static final int QUEUE = 'Q';
  static final int ARRIVALS = 'A';
  static final int END = 'E';

  private static final int BUFFER = 64 * 1024;

  private final CRC32C checksum = new CRC32C();
  private final DataOutputStream out;
  private long records;

  /**
   * Begins a snapshot.
   *
   * @param out where it goes; it is flushed at the end, and not closed
   * @param epoch the epoch of the server
   * @param sequence the number of the last batch of that epoch that is part of the state
   * @param nextJob no job has had this number or a greater one
   */
  public SnapshotWriter(OutputStream out, long epoch, long sequence, int nextJob)
      throws IOException {
    this.out =
        new DataOutputStream(
            new CheckedOutputStream(new BufferedOutputStream(out, BUFFER), checksum));
    this.out.write(MAGIC);
    this.out.write(VERSION);
    this.out.writeLong(epoch);
    this.out.writeLong(sequence);
    this.out.writeInt(nextJob);
  }

  /** Begins a job. What is written from now on, until the next job, is in it. */
  public void job(JobRecord job) throws IOException {
    begin(JOB);
    job.write(out);
  }

  /** The revision of the job's keyspace. */
  public void revision(long revision) throws IOException {
    begin(REVISION);
    out.writeLong(revision);
  }

  @Override
  public void value(byte[] key, int length, Iterator<byte[]> value) throws IOException {
    begin(VALUE);
    writeBytes(out, key);
    out.writeInt(length);
    while (value.hasNext()) {
      out.write(value.next());
    }
  }

  @Override
  public void queue(byte[] key, int size, Iterator<byte[]> items) throws IOException {
    begin(QUEUE);
    writeBytes(out, key);
    out.writeInt(size);
    while (items.hasNext()) {
      writeBytes(out, items.next());
    }
  }

  /** The number of arrivals at a barrier whose clients wait for the others. */
  public void arrivals(byte[] barrier, int count) throws IOException {
    begin(ARRIVALS);
    writeBytes(out, barrier);
    out.writeInt(count);
  }

  private void begin(int record) throws IOException {
    out.write(record);
    records++;
  }

  /** Ends the snapshot. */
  public void finish() throws IOException {
    out.write(END);
    out.writeLong(records);
    out.writeInt((int) checksum.getValue());
    out.flush();
  }
}
