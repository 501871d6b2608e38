package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Deals the data of one rank out to all. The root sends each its own. */
public final class Scatter {
  private Scatter() {}

  /**
   * Fills the output, and if this rank is the root, sends the inputs.
   *
   * @param output as many bytes as on all other ranks
   * @param inputs what each rank is to get; not looked at on other ranks than the root
   */
  public static void run(Channel channel, ByteBuffer output, List<ByteBuffer> inputs, int root) {
    if (channel.rank() != root) {
      channel.receive(root, output).await();
      return;
    }
    List<PendingMessage> sends = new ArrayList<>();
    for (int rank = 0; rank < channel.size(); rank++) {
      if (rank != root) {
        sends.add(channel.send(rank, inputs.get(rank)));
      }
    }
    Slice.copy(inputs.get(root), output);
    sends.forEach(PendingMessage::await);
  }
}
