package io.muster.collectives.internal.algorithm;

import io.muster.collectives.internal.reduce.Reducer;
import java.nio.ByteBuffer;

/**
 * Reduces the data of all ranks, and leaves the result with all of them. Once around a {@link Ring}
 * every rank has finished the chunk of its own number; once more, and all have all.
 */
public final class AllReduce {
  private AllReduce() {}

  /** Replaces the data by the result, which has the same bits on all ranks. */
  public static void run(Channel channel, ByteBuffer data, Reducer reducer) {
    int size = channel.size();
    if (size == 1 || !data.hasRemaining()) {
      return;
    }
    Segments segments = Segments.forAllReduce(data.remaining(), reducer.elementBytes(), size);
    int around = segments.count() - segments.perRank();
    Ring.run(channel, data, reducer, segments, around, 2 * around);
  }
}
