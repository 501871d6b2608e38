package io.muster.bench.soak;

import static io.muster.bench.soak.SoakLoad.require;

import io.muster.store.TcpStore;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * One of a small world that meets again and again: the first rank sets a key that the others wait
 * for, and all go through a barrier.
 */
final class SoakRank implements SoakLoad.Client {
  static final int WORLD_SIZE = 3;
  private static final int LONGEST_PAUSE_MICROS = 5_000;

  private final int rank;
  private final Random random;

  SoakRank(int rank, Random random) {
    this.rank = rank;
    this.random = random;
  }

  @Override
  public void run(SoakLoad load) {
    try (TcpStore store = load.connect()) {
      boolean last = false;
      for (long round = 0; !last; round++) {
        SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
        String key = "round/" + round;
        if (rank == 0) {
          last = !load.goesOn();
          store.set(key, ByteBuffer.allocate(9).putLong(round).put((byte) (last ? 1 : 0)).array());
        } else {
          store.await(key);
          ByteBuffer value = ByteBuffer.wrap(store.get(key));
          require(value.remaining() == 9 && value.getLong() == round, "get of " + key);
          last = value.get() == 1;
        }
        store.barrier(barrier(round), WORLD_SIZE);
        if (rank == 0) {
          // Nobody needs the key any more, nor the barrier before this one.
          require(store.deleteKey(key), key + " was gone");
          require(round == 0 || store.deleteKey(barrier(round - 1)), "the last barrier was gone");
          require(!last || store.deleteKey(barrier(round)), "the very last barrier was gone");
        }
        load.countOperations(3);
      }
    }
  }

  private static String barrier(long round) {
    return "barrier/" + round;
  }
}
