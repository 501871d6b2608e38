package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Deals the data of every rank out to all. Each sends each other its part, all at once. A part may
 * have any length, and is a message even if it has none.
 */
public final class AllToAll {
  private AllToAll() {}

  /**
   * Sends the inputs and fills the outputs.
   *
   * @param inputs what each rank is to get
   * @param outputs room for what each rank sends, of exactly that length
   */
  public static void run(Channel channel, List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
    int rank = channel.rank();
    int size = channel.size();
    List<PendingMessage> transfers = new ArrayList<>();
    for (int distance = 1; distance < size; distance++) {
      int from = Math.floorMod(rank - distance, size);
      transfers.add(channel.receive(from, outputs.get(from)));
    }
    for (int distance = 1; distance < size; distance++) {
      int to = (rank + distance) % size;
      transfers.add(channel.send(to, inputs.get(to)));
    }
    Slice.copy(inputs.get(rank), outputs.get(rank));
    transfers.forEach(PendingMessage::await);
  }
}
