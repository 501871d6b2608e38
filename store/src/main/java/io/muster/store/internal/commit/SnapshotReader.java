package io.muster.store.internal.commit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/** Reads what a {@link SnapshotWriter} has written. */
public final class SnapshotReader {
  private static final int BUFFER = 64 * 1024;

  private SnapshotReader() {}

  /** Receives the contents of a snapshot, in order. Whether it is complete is known at the end. */
  public interface Target {
    /** Comes first. No job has had the number {@code nextJob} or a greater one. */
    void begin(long epoch, long sequence, int nextJob);

    /** A job, in which the contents are that follow. */
    void job(JobRecord job) throws IOException;

    /** The revision of the job's keyspace. */
    void revision(long revision);

    /** A key of the job, and its value. */
    void value(byte[] key, byte[] value);

    /** The next item of a queue of the job. */
    void item(byte[] key, byte[] item);

    /** The number of arrivals at a barrier of the job whose clients waited for the others. */
    void arrivals(byte[] barrier, int count);
  }

  /**
   * Reads a snapshot.
   *
   * @param length the number of bytes that {@code in} has
   * @throws MalformedDataException if the bytes are no snapshot, are damaged, or have a version
   *     that is unknown; the target has a part of the contents then
   */
  public static void read(InputStream in, long length, Target target) throws IOException {
    CRC32C checksum = new CRC32C();
    LimitedInput input =
        new LimitedInput(
            new CheckedInputStream(new BufferedInputStream(in, BUFFER), checksum), length);
    readHeader(input, target);
    long records = 0;
    boolean inJob = false;
    for (int record = input.readByte();
        record != SnapshotWriter.END;
        record = input.readByte(), records++) {
      if (record == SnapshotWriter.JOB) {
        target.job(JobRecord.read(input));
        inJob = true;
      } else if (inJob) {
        readContents(record, input, target);
      } else {
        throw unknown(record, input);
      }
    }
    long written = input.readLong();
    if (written != records) {
      throw input.malformed(records + " records where " + written + " were written");
    }
    int read = (int) checksum.getValue();
    if (input.readInt() != read) {
      throw input.malformed("the checksum differs: some of the bytes before are wrong; read");
    }
    if (!input.isAtEnd()) {
      throw input.malformed("bytes after the end");
    }
  }

  private static void readHeader(LimitedInput input, Target target) throws IOException {
    byte[] magic = input.readBytes(SnapshotWriter.MAGIC.length);
    if (!Arrays.equals(magic, SnapshotWriter.MAGIC)) {
      throw input.malformed("no snapshot of a server: other bytes than expected");
    }
    int version = input.readByte();
    if (version != SnapshotWriter.VERSION) {
      throw input.malformed(
          "a snapshot of version "
              + version
              + ", and this is a program for version "
              + SnapshotWriter.VERSION);
    }
    target.begin(input.readLong(), input.readLong(), input.readInt());
  }

  private static void readContents(int record, LimitedInput input, Target target)
      throws IOException {
    switch (record) {
      case SnapshotWriter.REVISION -> target.revision(input.readLong());
      case SnapshotWriter.VALUE -> target.value(input.readBytes(), input.readBytes());
      case SnapshotWriter.QUEUE -> {
        byte[] key = input.readBytes();
        for (int left = input.readCount(Integer.BYTES); left > 0; left--) {
          target.item(key, input.readBytes());
        }
      }
      case SnapshotWriter.ARRIVALS -> target.arrivals(input.readBytes(), input.readInt());
      default -> throw unknown(record, input);
    }
  }

  private static MalformedDataException unknown(int record, LimitedInput input) {
    return input.malformed("a record of the unknown or unexpected type " + record + ", read");
  }
}
