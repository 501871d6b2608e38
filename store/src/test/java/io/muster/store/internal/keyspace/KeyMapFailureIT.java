package io.muster.store.internal.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Randomized;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A call that fails leaves a map as it was. Fault A4, in which a stack that ran out lost 32,768
 * keys. The same shape, a change that is made bit by bit while something can fail, was looked for
 * in {@link Keyspace#setAll}, {@link Keyspace#push}, {@link WaitersByKey#register} and {@link
 * Barriers#arrive}; see {@link HalfDoneTest}.
 */
@Tag("slow")
@Timeout(300)
class KeyMapFailureIT {
  /** So few hashes that many keys share each. */
  private static final int HASHES = 8;

  /** A map in which a chosen allocation fails. */
  private static final class Failing extends KeyMap<Integer> {
    private int allocationsLeft = Integer.MAX_VALUE;

    Failing() {
      super(
          new KeyHash(1, 2) {
            @Override
            int of(byte[] bytes, int length) {
              int hash = super.of(bytes, length);
              return bytes[0] == 'c' ? hash & (HASHES - 1) : hash;
            }
          });
    }

    @Override
    void allocating() {
      if (allocationsLeft-- == 0) {
        throw new OutOfMemoryError("injected");
      }
    }
  }

  @Test
  void map_whoseEveryAllocationFailsOnce_neitherLosesNorGainsAKey() {
    Randomized.check(
        20,
        random -> {
          Failing map = new Failing();
          Map<String, Integer> model = new HashMap<>();
          int failures = 0;
          for (int bias : List.of(8, 2, 8)) {
            for (int i = 0; i < 3000; i++) {
              failures += change(random, bias, map, model);
              if (i % 500 == 0) {
                // From now on each page that changes is copied.
                assertThat(map.keys()).hasSize(model.size());
              }
            }
            assertSame(map, model);
          }
          assertThat(failures).isGreaterThan(1000);
        });
  }

  /** Makes a change, each of whose allocations fails before. Returns how many failed. */
  private static int change(
      SplittableRandom random, int bias, Failing map, Map<String, Integer> model) {
    String name = (random.nextBoolean() ? "c" : "k") + random.nextInt(2000);
    boolean put = random.nextInt(10) < bias;
    for (int failing = 0; ; failing++) {
      map.allocationsLeft = failing;
      try {
        Integer old = put ? map.put(bytes(name), failing) : map.remove(bytes(name));
        assertThat(old).isEqualTo(put ? model.put(name, failing) : model.remove(name));
        return failing;
      } catch (OutOfMemoryError e) {
        map.allocationsLeft = Integer.MAX_VALUE;
        assertThat(map.get(bytes(name))).isEqualTo(model.get(name));
        if (random.nextInt(10) == 0) {
          assertSame(map, model);
        }
      }
    }
  }

  /**
   * Calls begin at each depth near the end of the stack, on the way back from it. What they have
   * done is recorded without a call, which could fail as well.
   */
  @Test
  void map_calledAtTheEndOfTheStack_neitherLosesNorGainsAKey() throws InterruptedException {
    EndOfStack calls = new EndOfStack();
    Thread thread =
        new Thread(
            null,
            () -> {
              for (int round = 0; round < 200; round++) {
                calls.put = round % 3 < 2;
                calls.dive();
              }
            },
            "small stack",
            256 * 1024);
    thread.start();
    thread.join();

    Map<String, Integer> model = new HashMap<>();
    for (int i = 0; i < EndOfStack.KEYS; i++) {
      if (calls.isThere[i]) {
        model.put(new String(calls.keys[i], UTF_8), i);
      }
    }
    assertSame(calls.map, model);
    assertThat(calls.failed).isGreaterThan(200);
    assertThat(calls.succeeded).isGreaterThan(200);
  }

  private static final class EndOfStack {
    static final int KEYS = 1000;
    static final int FRAMES = 40;

    final Failing map = new Failing();
    final byte[][] keys = new byte[KEYS][];
    final Integer[] values = new Integer[KEYS];
    final boolean[] isThere = new boolean[KEYS];
    boolean put;
    int failed;
    int succeeded;
    private int frames;
    private int next;

    EndOfStack() {
      for (int i = 0; i < KEYS; i++) {
        keys[i] = bytes((i % 2 == 0 ? "c" : "k") + i);
        values[i] = i;
      }
    }

    @SuppressWarnings("InfiniteRecursion") // until the stack ends
    void dive() {
      try {
        dive();
      } catch (StackOverflowError e) {
        frames = FRAMES;
      }
      if (--frames < 0) {
        return;
      }
      next = (next + 7) % KEYS;
      try {
        if (put) {
          map.put(keys[next], values[next]);
        } else {
          map.remove(keys[next]);
        }
        isThere[next] = put;
        succeeded++;
      } catch (StackOverflowError e) {
        failed++;
      }
    }
  }

  private static void assertSame(Failing map, Map<String, Integer> model) {
    Map<String, Integer> contents = new HashMap<>();
    for (byte[] key : map.keys()) {
      String name = new String(key, UTF_8);
      // Millions of AssertJ's assertions would take most of the time of this test.
      if (contents.put(name, map.get(key.clone())) != null) {
        throw new AssertionError(name + " is listed twice");
      }
    }
    assertThat(contents).isEqualTo(model);
    assertThat(map.size()).isEqualTo(model.size());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
