package io.muster.collectives.internal.algorithm;

import io.muster.collectives.internal.reduce.Reducer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reduces the data of all ranks to the root. After one pass around a {@link Ring} each rank has the
 * result of the chunk with its own number, which it sends to the root.
 *
 * <p>If a chunk has more than two segments, Gloo's ring continues for some steps after that. Those
 * messages have no use, and overwrite a part of the chunk above the receiver's own. They are sent
 * because PyTorch's ranks expect them.
 */
public final class Reduce {
  private Reduce() {}

  /**
   * Replaces the root's data by the result, and the data of other ranks by partial results, as
   * PyTorch does.
   */
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
    // A rank finishes its chunk after the root has passed it on, so the root's ring does not touch
    // that chunk afterwards, and its receive can be posted first. The chunk of the rank above is
    // different: the ring may still overwrite it, and the ring's messages from that rank come
    // first.
    List<Message> receives = new ArrayList<>();
    for (int distance = 2; distance < size; distance++) {
      receive(channel, segments, data, distance, receives);
    }
    Ring.run(channel, data, reducer, segments, steps, steps);
    receive(channel, segments, data, 1, receives);
    receives.forEach(Message::await);
  }

  private static void receive(
      Channel channel, Segments segments, ByteBuffer data, int distance, List<Message> receives) {
    int rank = (channel.rank() + distance) % channel.size();
    if (segments.chunkLength(rank) > 0) {
      receives.add(channel.receive(rank, segments.chunk(data, rank)));
    }
  }
}
