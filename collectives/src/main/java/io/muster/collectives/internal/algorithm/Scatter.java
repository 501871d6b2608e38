package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Copies a part of the root's data to each rank. The root sends each part directly. */
public final class Scatter {
  private Scatter() {}

  /**
   * Fills the output. If this rank is the root, sends the inputs.
   *
   * @param output has the same length on all ranks
   * @param inputs the parts for each rank; ignored unless this rank is the root
   */
  public static void run(Channel channel, ByteBuffer output, List<ByteBuffer> inputs, int root) {
    if (channel.rank() != root) {
      channel.receive(root, output).await();
      return;
    }
    List<Message> sends = new ArrayList<>();
    for (int rank = 0; rank < channel.size(); rank++) {
      if (rank != root) {
        sends.add(channel.send(rank, inputs.get(rank)));
      }
    }
    Slice.copy(inputs.get(root), output);
    sends.forEach(Message::await);
  }
}
