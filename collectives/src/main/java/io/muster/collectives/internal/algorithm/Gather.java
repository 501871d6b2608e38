package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Copies the data of all ranks to the root. Each rank sends its data directly to the root. */
public final class Gather {
  private Gather() {}

  /**
   * Sends the input to the root. If this rank is the root, fills the outputs.
   *
   * @param input has the same length on all ranks
   * @param outputs the memory for the input of each rank; ignored unless this rank is the root
   */
  public static void run(Channel channel, ByteBuffer input, List<ByteBuffer> outputs, int root) {
    if (channel.rank() != root) {
      channel.send(root, input).await();
      return;
    }
    List<Message> receives = new ArrayList<>();
    for (int rank = 0; rank < channel.size(); rank++) {
      if (rank != root) {
        receives.add(channel.receive(rank, outputs.get(rank)));
      }
    }
    Slice.copy(input, outputs.get(root));
    receives.forEach(Message::await);
  }
}
