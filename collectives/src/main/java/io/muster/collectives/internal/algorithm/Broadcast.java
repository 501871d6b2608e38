package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies the data of one rank to all others, down a binomial tree: in each round every rank that
 * has the data sends it to one that has not, so that those who have it double.
 */
public final class Broadcast {
  private Broadcast() {}

  /** Sends the data if this rank is the root, and else replaces them by the root's. */
  public static void run(Channel channel, ByteBuffer data, int root) {
    int size = channel.size();
    // Places count from the root. The highest bit of a place is the round it receives in.
    int place = Math.floorMod(channel.rank() - root, size);
    int received = Integer.highestOneBit(place);
    if (place != 0) {
      channel.receive(rank(place - received, root, size), data).await();
    }
    List<Transfer> sends = new ArrayList<>();
    for (int round = Math.max(1, 2 * received); place + round < size; round *= 2) {
      sends.add(channel.send(rank(place + round, root, size), data));
    }
    sends.forEach(Transfer::await);
  }

  private static int rank(int place, int root, int size) {
    return (place + root) % size;
  }
}
