package io.muster.store.internal.commit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes that are one entry of a log.
 *
 * @param epoch the epoch of the server that made the batch
 * @param sequence the number of the batch within its epoch, from 1
 * @param changes in the order in which they are applied
 */
public record Batch(long epoch, long sequence, List<Change> changes) {
  /** The version of the format, which is the first byte. */
  static final int VERSION = 1;

  private static final int EPOCH_AT = 1;
  private static final int SEQUENCE_AT = EPOCH_AT + Long.BYTES;
  private static final int CHANGES_AT = SEQUENCE_AT + Long.BYTES;

  /** The batch as bytes. */
  public byte[] toBytes() {
    BatchWriter writer = new BatchWriter(epoch, sequence);
    for (Change change : changes) {
      boolean unusedFits = writer.add(change, Integer.MAX_VALUE);
    }
    return writer.toBytes();
  }

  /** Whether the bytes are a batch with these numbers. Reads no more than the numbers. */
  public static boolean isNumbered(byte[] bytes, long epoch, long sequence) {
    ByteBuffer numbers = ByteBuffer.wrap(bytes);
    return bytes.length >= CHANGES_AT
        && bytes[0] == VERSION
        && numbers.getLong(EPOCH_AT) == epoch
        && numbers.getLong(SEQUENCE_AT) == sequence;
  }

  /**
   * The batch that the bytes are.
   *
   * @throws MalformedDataException if they are none, or have a version that is unknown
   */
  public static Batch of(byte[] bytes) throws MalformedDataException {
    LimitedInput in = new LimitedInput(new ByteArrayInputStream(bytes), bytes.length);
    try {
      int version = in.readByte();
      if (version != VERSION) {
        throw in.malformed(
            "a batch of version " + version + ", and this is a program for version " + VERSION);
      }
      long epoch = in.readLong();
      long sequence = in.readLong();
      List<Change> changes = new ArrayList<>();
      while (!in.isAtEnd()) {
        changes.add(readChange(in));
      }
      return new Batch(epoch, sequence, changes);
    } catch (MalformedDataException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("an array has failed as input", e);
    }
  }

  private static Change readChange(LimitedInput in) throws IOException {
    int code = in.readByte();
    return switch (code) {
      case Change.OfKeyspace.CODE -> new Change.OfKeyspace(in.readInt(), CommandCodec.read(in));
      case Change.PutJob.CODE -> new Change.PutJob(JobRecord.read(in));
      case Change.RemoveJob.CODE -> new Change.RemoveJob(in.readInt());
      case Change.BeginEpoch.CODE -> new Change.BeginEpoch(in.readLong());
      default -> throw in.malformed("a change with the unknown code " + code + ", read");
    };
  }
}
