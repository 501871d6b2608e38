package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Blocks until all ranks have called it: a dissemination barrier. In the rounds a rank notifies the
 * ranks that are 1, 2, 4, … above it. A message says that the sender, and all ranks that it has
 * heard of, have arrived.
 */
public final class Barrier {
  private Barrier() {}

  /** Blocks until all ranks have called this method. */
  public static void run(Channel channel) {
    int rank = channel.rank();
    int size = channel.size();
    ByteBuffer nothing = channel.scratch(0);
    List<Message> receives = new ArrayList<>();
    for (int distance = 1; distance < size; distance *= 2) {
      receives.add(channel.receive(Math.floorMod(rank - distance, size), nothing));
    }
    List<Message> sends = new ArrayList<>();
    int distance = 1;
    for (Message receive : receives) {
      sends.add(channel.send((rank + distance) % size, nothing));
      receive.await();
      distance *= 2;
    }
    sends.forEach(Message::await);
  }
}
