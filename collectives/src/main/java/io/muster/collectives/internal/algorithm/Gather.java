package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Copies the data of all ranks to one of them. Each sends its own straight to the root. */
public final class Gather {
  private Gather() {}

  /**
   * Sends the input, or if this rank is the root, fills the outputs.
   *
   * @param input as many bytes as on all other ranks
   * @param outputs room for the input of each rank; not looked at on other ranks than the root
   */
  public static void run(Channel channel, ByteBuffer input, List<ByteBuffer> outputs, int root) {
    if (channel.rank() != root) {
      channel.send(root, input).await();
      return;
    }
    List<PendingMessage> receives = new ArrayList<>();
    for (int rank = 0; rank < channel.size(); rank++) {
      if (rank != root) {
        receives.add(channel.receive(rank, outputs.get(rank)));
      }
    }
    Slice.copy(input, outputs.get(root));
    receives.forEach(PendingMessage::await);
  }
}
