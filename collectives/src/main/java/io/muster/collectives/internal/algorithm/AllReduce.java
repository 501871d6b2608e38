package io.muster.collectives.internal.algorithm;

import io.muster.collectives.internal.reduce.Reducer;
import java.nio.ByteBuffer;

/**
 * Reduces the data of all ranks to all ranks. After the first pass around a {@link Ring} each rank
 * has the result of the chunk with its own number. The second pass copies the results to all ranks.
 */
public final class AllReduce {
  private AllReduce() {}

  /** Replaces the data by the result, which is bit-identical on all ranks. */
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
