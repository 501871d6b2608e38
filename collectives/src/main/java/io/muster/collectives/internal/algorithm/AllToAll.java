package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends a part of each rank's data to each rank. All messages are posted at once. A part may have
 * any length; an empty part is sent too.
 */
public final class AllToAll {
  private AllToAll() {}

  /**
   * Sends the inputs and fills the outputs.
   *
   * @param inputs the parts for each rank
   * @param outputs the memory for the parts from each rank, which are as long
   */
  public static void run(Channel channel, List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
    int rank = channel.rank();
    int size = channel.size();
    List<Message> messages = new ArrayList<>();
    for (int distance = 1; distance < size; distance++) {
      int from = Math.floorMod(rank - distance, size);
      messages.add(channel.receive(from, outputs.get(from)));
    }
    for (int distance = 1; distance < size; distance++) {
      int to = (rank + distance) % size;
      messages.add(channel.send(to, inputs.get(to)));
    }
    Slice.copy(inputs.get(rank), outputs.get(rank));
    messages.forEach(Message::await);
  }
}
