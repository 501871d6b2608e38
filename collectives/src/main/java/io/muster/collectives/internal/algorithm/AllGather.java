package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Copies the data of all ranks to all ranks. Blocks go up around a ring, in two halves, so that one
 * can be passed on while the other arrives.
 */
public final class AllGather {
  private AllGather() {}

  /**
   * Fills {@code output} with the inputs of all ranks, in the order of the ranks.
   *
   * @param input as many bytes as on all other ranks; may be this rank's block of the output
   * @param output room for as many inputs as there are ranks
   */
  public static void run(Channel channel, ByteBuffer input, ByteBuffer output) {
    int rank = channel.rank();
    int size = channel.size();
    int block = input.remaining();
    Slice.copy(input, Slice.of(output, rank * block, block));
    if (block == 0) {
      return;
    }
    int steps = 2 * (size - 1);
    Queue<PendingMessage> receives = new ArrayDeque<>();
    for (int step = 0; step < steps; step++) {
      ByteBuffer into = half(output, block, Math.floorMod(rank - 1 - step / 2, size), step % 2);
      receives.add(channel.receive(Math.floorMod(rank - 1, size), into));
    }
    List<PendingMessage> sends = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      if (step >= 2) {
        receives.remove().await();
      }
      ByteBuffer from = half(output, block, Math.floorMod(rank - step / 2, size), step % 2);
      sends.add(channel.send((rank + 1) % size, from));
    }
    receives.forEach(PendingMessage::await);
    sends.forEach(PendingMessage::await);
  }

  /** The first or the second half of a block, which is the longer one if they differ. */
  private static ByteBuffer half(ByteBuffer output, int block, int index, int half) {
    int first = block / 2;
    return half == 0
        ? Slice.of(output, index * block, first)
        : Slice.of(output, index * block + first, block - first);
  }
}
