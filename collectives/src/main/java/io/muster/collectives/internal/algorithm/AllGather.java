package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Copies the data of all ranks to all ranks. Each rank's block travels up a ring in two halves, so
 * that a rank can forward one half while it receives the other.
 */
public final class AllGather {
  private AllGather() {}

  /**
   * Fills {@code output} with the inputs of all ranks, in the order of the ranks.
   *
   * @param input has the same length on all ranks; may be this rank's block of the output
   * @param output is as long as the inputs of all ranks together
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
    Queue<Message> receives = new ArrayDeque<>();
    for (int step = 0; step < steps; step++) {
      ByteBuffer into = half(output, block, Math.floorMod(rank - 1 - step / 2, size), step % 2);
      receives.add(channel.receive(Math.floorMod(rank - 1, size), into));
    }
    List<Message> sends = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      if (step >= 2) {
        receives.remove().await();
      }
      ByteBuffer from = half(output, block, Math.floorMod(rank - step / 2, size), step % 2);
      sends.add(channel.send((rank + 1) % size, from));
    }
    receives.forEach(Message::await);
    sends.forEach(Message::await);
  }

  /**
   * The first (0) or second (1) half of a block. If they differ in length, the second is longer.
   */
  private static ByteBuffer half(ByteBuffer output, int block, int index, int half) {
    int first = block / 2;
    return half == 0
        ? Slice.of(output, index * block, first)
        : Slice.of(output, index * block + first, block - first);
  }
}
