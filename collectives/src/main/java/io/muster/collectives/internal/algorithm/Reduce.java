package io.muster.collectives.internal.algorithm;

import io.muster.collectives.internal.reduce.Reducer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reduces the data of all ranks, and leaves the result with one of them. A {@link Ring} finishes on
 * every rank the chunk of its own number, which it then sends to the root.
 *
 * <p>With more than two segments a chunk, Gloo's ring goes on for a while after that. What is sent
 * then is of no use, but it is sent; it spoils part of the chunk above the receiver's own.
 */
public final class Reduce {
  private Reduce() {}

  /** Replaces the root's data by the result, and the others' by parts of sums, as PyTorch does. */
  public static void run(Channel channel, ByteBuffer data, int root, Reducer reducer) {
    int size = channel.size();
    if (size == 1 || !data.hasRemaining()) {
      return;
    }
    Segments segments = Segments.forReduce(data.remaining(), reducer.elementBytes(), size);
    int steps = segments.count() - 2;
    if (channel.rank() != root) {
      Ring.run(channel, data, reducer, segments, steps, steps);
      if (segments.chunkLength(channel.rank()) > 0) {
        channel.send(root, segments.chunk(data, channel.rank())).await();
      }
      return;
    }
    // A finished chunk has been past the root, whose ring then has no more to do with it. The one
    // of the rank above is different: the ring may yet spoil it, and its other messages come first.
    List<PendingMessage> receives = new ArrayList<>();
    for (int distance = 2; distance < size; distance++) {
      receive(channel, segments, data, distance, receives);
    }
    Ring.run(channel, data, reducer, segments, steps, steps);
    receive(channel, segments, data, 1, receives);
    receives.forEach(PendingMessage::await);
  }

  private static void receive(
      Channel channel,
      Segments segments,
      ByteBuffer data,
      int distance,
      List<PendingMessage> receives) {
    int rank = (channel.rank() + distance) % channel.size();
    if (segments.chunkLength(rank) > 0) {
      receives.add(channel.receive(rank, segments.chunk(data, rank)));
    }
  }
}
