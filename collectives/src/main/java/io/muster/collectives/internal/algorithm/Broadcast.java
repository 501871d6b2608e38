package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Copies the data of one rank to all ranks along a binomial tree. In each round each rank that has
 * the data sends it to one that does not, so that the number of ranks with the data doubles.
 */
public final class Broadcast {
  private Broadcast() {}

  /**
   * Sends the data if this rank is the root, and otherwise replaces them by the root's.
   *
   * @param whenReceived accepts the number of bytes received, unless this rank is the root. If the
   *     root's tensor is shorter than {@code data}, it can fill the remaining bytes before this
   *     rank forwards all of {@code data}, as Gloo does.
   */
  public static void run(Channel channel, ByteBuffer data, int root, IntConsumer whenReceived) {
    int size = channel.size();
    // Positions count from the root. A position receives in the round of its highest bit.
    int position = Math.floorMod(channel.rank() - root, size);
    int received = Integer.highestOneBit(position);
    if (position != 0) {
      Message receive = channel.receive(rank(position - received, root, size), data);
      receive.await();
      whenReceived.accept(receive.length());
    }
    List<Message> sends = new ArrayList<>();
    for (int round = Math.max(1, 2 * received); position + round < size; round *= 2) {
      sends.add(channel.send(rank(position + round, root, size), data));
    }
    sends.forEach(Message::await);
  }

  private static int rank(int position, int root, int size) {
    return (position + root) % size;
  }
}
