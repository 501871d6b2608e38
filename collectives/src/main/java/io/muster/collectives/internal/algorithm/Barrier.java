package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Waits until all ranks have come. In each round a rank tells another that it, and all it has heard
 * of, are here; the distance between the two doubles until it is around the ring.
 */
public final class Barrier {
  private Barrier() {}

  /** Returns when all ranks have called. */
  public static void run(Channel channel) {
    int rank = channel.rank();
    int size = channel.size();
    ByteBuffer nothing = channel.scratch(0);
    List<PendingMessage> receives = new ArrayList<>();
    for (int distance = 1; distance < size; distance *= 2) {
      receives.add(channel.receive(Math.floorMod(rank - distance, size), nothing));
    }
    List<PendingMessage> sends = new ArrayList<>();
    int distance = 1;
    for (PendingMessage receive : receives) {
      sends.add(channel.send((rank + distance) % size, nothing));
      receive.await();
      distance *= 2;
    }
    sends.forEach(PendingMessage::await);
  }
}
