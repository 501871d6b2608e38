package io.muster.store.internal.commit;

import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A job as the log and snapshots record it.
 *
 * @param number identifies the job for as long as the log exists
 * @param name unique among the jobs that exist
 * @param port the port on which its clients connect
 * @param worldSize the number of ranks of its world; 0 if it is not known
 * @param resetWhenIdle how long the last client of a world must have been gone when the job's keys
 *     are deleted; null if they stay
 * @param maxStoredBytes the most bytes of keys, values and queued items
 */
public record JobRecord(
    int number,
    String name,
    int port,
    int worldSize,
    @Nullable Duration resetWhenIdle,
    long maxStoredBytes) {
  void write(DataOutputStream out) throws IOException {
    out.writeInt(number);
    DataWriter.writeText(out, name);
    out.writeInt(port);
    out.writeInt(worldSize);
    out.writeBoolean(resetWhenIdle != null);
    if (resetWhenIdle != null) {
      out.writeLong(resetWhenIdle.getSeconds());
      out.writeInt(resetWhenIdle.getNano());
    }
    out.writeLong(maxStoredBytes);
  }

  static JobRecord read(LimitedInput in) throws IOException {
    return new JobRecord(
        in.readInt(),
        in.readText(),
        in.readInt(),
        in.readInt(),
        in.readByte() == 0 ? null : readDuration(in),
        in.readLong());
  }

  private static Duration readDuration(LimitedInput in) throws IOException {
    long seconds = in.readLong();
    int nanos = in.readInt();
    if (seconds < 0 || nanos < 0 || nanos > 999_999_999) {
      throw in.malformed("a time of " + seconds + " s and " + nanos + " ns");
    }
    return Duration.ofSeconds(seconds, nanos);
  }
}
