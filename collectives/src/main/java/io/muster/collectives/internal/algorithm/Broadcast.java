package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Copies the data of one rank to all others, down a binomial tree: in each round every rank that
 * has the data sends it to one that has not, so that those who have it double.
 */
public final class Broadcast {
  private Broadcast() {}

  /**
   * Sends the data if this rank is the root, and else replaces them by the root's.
   *
   * @param whenReceived told how many bytes have come, unless this rank is the root. If they are
   *     fewer than {@code data} has room for, as they may be when the ranks' tensors differ, it can
   *     fill the rest before all of the data go to other ranks, as Gloo has it.
   */
  public static void run(Channel channel, ByteBuffer data, int root, IntConsumer whenReceived) {
    int size = channel.size();
    // Places count from the root. The highest bit of a place is the round it receives in.
    int place = Math.floorMod(channel.rank() - root, size);
    int received = Integer.highestOneBit(place);
    if (place != 0) {
      PendingMessage receive = channel.receive(rank(place - received, root, size), data);
      receive.await();
      whenReceived.accept(receive.length());
    }
    List<PendingMessage> sends = new ArrayList<>();
    for (int round = Math.max(1, 2 * received); place + round < size; round *= 2) {
      sends.add(channel.send(rank(place + round, root, size), data));
    }
    sends.forEach(PendingMessage::await);
  }

  private static int rank(int place, int root, int size) {
    return (place + root) % size;
  }
}
