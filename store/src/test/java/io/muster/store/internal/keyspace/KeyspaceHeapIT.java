package io.muster.store.internal.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.ObjIntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a keyspace says it takes of the heap is no less than what it takes. Faults A1 and A2. */
@Tag("slow")
class KeyspaceHeapIT {
  private static final int MANY = 200_000;

  private static void expectEnough(ObjIntConsumer<Keyspace> write) {
    long before = used();
    Keyspace keyspace = new Keyspace(new WaiterRegistry(), Long.MAX_VALUE);
    for (int i = 0; i < MANY; i++) {
      write.accept(keyspace, i);
    }
    long taken = used() - before;
    assertThat(keyspace.heapBytes()).isBetween(taken, 4 * taken + 1_000_000);
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    long minimum = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      minimum = Math.min(minimum, runtime.totalMemory() - runtime.freeMemory());
    }
    return minimum;
  }

  private static byte[] bytes(int number, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < 4 && i < length; i++) {
      bytes[i] = (byte) (number >> (8 * i));
    }
    return bytes;
  }

  private interface Write {
    void to(Keyspace keyspace, int number) throws StoreFullException;
  }

  private static ObjIntConsumer<Keyspace> writing(Write write) {
    return (keyspace, number) -> {
      try {
        write.to(keyspace, number);
      } catch (StoreFullException e) {
        throw new AssertionError(e);
      }
    };
  }

  @Test
  void keys_ofFewBytes() {
    expectEnough(writing((keyspace, i) -> keyspace.set(bytes(i, 7), bytes(i, 1))));
  }

  @Test
  void keys_whoseArraysArePaddedMost() {
    expectEnough(writing((keyspace, i) -> keyspace.set(bytes(i, 9), bytes(i, 9))));
  }

  @Test
  void items_withoutBytes() {
    expectEnough(writing((keyspace, i) -> keyspace.push(new byte[0], new byte[0])));
  }

  @Test
  void items_ofOneByte() {
    expectEnough(writing((keyspace, i) -> keyspace.push(new byte[0], bytes(i, 1))));
  }

  @Test
  void queues_ofOneItem() {
    expectEnough(writing((keyspace, i) -> keyspace.push(bytes(i, 9), bytes(i, 1))));
  }
}
