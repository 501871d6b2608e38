package io.muster.store.internal.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Randomized;
import io.muster.store.Allocation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyMapTest {
  private static final int MANY = 300_000;

  private final KeyMap<Integer> map = new KeyMap<>();

  @Test
  void map_underRandomOperations_isWhatAHashMapIs() {
    Randomized.check(
        100,
        random -> {
          KeyMap<Integer> tested = new KeyMap<>();
          Map<String, Integer> model = new HashMap<>();
          int names = 1 << random.nextInt(12);
          // Mostly growing, mostly shrinking, and growing again.
          for (int bias : List.of(7, 3, 7)) {
            for (int i = 0; i < 2 * names; i++) {
              step(random, bias, names, tested, model);
            }
            assertThat(contents(tested)).isEqualTo(model);
          }
          model.keySet().forEach(name -> assertThat(tested.remove(key(name))).isNotNull());
          assertThat(tested.size()).isZero();
          assertThat(tested.keys()).isEmpty();
        });
  }

  private static void step(
      SplittableRandom random,
      int bias,
      int names,
      KeyMap<Integer> tested,
      Map<String, Integer> model) {
    String name = "k" + random.nextInt(names);
    byte[] key = key(name);
    if (random.nextInt(10) < bias) {
      Integer value = random.nextInt();
      assertThat(tested.put(key, value)).isEqualTo(model.put(name, value));
      assertThat(tested.get(key)).isEqualTo(value);
    } else {
      assertThat(tested.get(key)).isEqualTo(model.get(name));
      assertThat(tested.remove(key)).isEqualTo(model.remove(name));
      assertThat(tested.get(key)).isNull();
    }
    assertThat(tested.size()).isEqualTo(model.size());
  }

  private static Map<String, Integer> contents(KeyMap<Integer> tested) {
    Map<String, Integer> contents = new HashMap<>();
    for (byte[] key : tested.keys()) {
      contents.put(new String(key, UTF_8), tested.get(key.clone()));
    }
    return contents;
  }

  @Test
  void keys_whileTheMapChanges_stayThoseOfTheirMoment() {
    Randomized.check(
        50,
        random -> {
          KeyMap<Integer> tested = new KeyMap<>();
          Map<String, Integer> model = new HashMap<>();
          for (int i = 0; i < 1000; i++) {
            step(random, 8, 1000, tested, model);
          }
          List<byte[]> keys = tested.keys();
          Map<String, Integer> then = Map.copyOf(model);
          for (int i = 0; i < 3000; i++) {
            step(random, 3, 1000, tested, model);
            if (i % 1000 == 0) {
              assertThat(tested.keys()).hasSize(model.size());
            }
          }

          assertThat(keys).hasSize(then.size());
          assertThat(keys.stream().map(key -> new String(key, UTF_8)))
              .containsExactlyInAnyOrderElementsOf(then.keySet());
        });
  }

  @Test
  void internedKey_ofEqualBytes_isTheArrayPutFirst() {
    byte[] first = key("key");
    map.put(first, 1);
    map.put(key("key"), 2);

    assertThat(map.internedKey(key("keys"), 3)).isSameAs(first);
    assertThat(map.internedKey(key("keys"), 4)).isNull();
    assertThat(map.internedKey(key("keys"), 0)).isNull();
    assertThat(map.get(first)).isEqualTo(2);
  }

  @Test
  void internedKey_removedAndPutAgain_isTheNewArray() {
    byte[] old = key("key");
    map.put(old, 1);
    map.put(key("other"), 1);
    assertThat(map.internedKey(old, old.length)).isSameAs(old);
    map.remove(old);
    assertThat(map.get(old)).isNull();

    byte[] again = key("key");
    map.put(again, 2);

    assertThat(map.internedKey(old, old.length)).isSameAs(again);
  }

  /** What is copied at once is allocated at once. */
  @Test
  void noPutNorRemoveNorList_ofManyKeys_allocatesMuch() throws Exception {
    byte[][] keys = new byte[MANY][];
    Arrays.setAll(keys, i -> key("/key/" + i));
    long most = 0;

    for (byte[] key : keys) {
      most = Math.max(most, Allocation.of(() -> map.put(key, 1)));
    }
    List<List<byte[]>> lists = new ArrayList<>();
    most = Math.max(most, Allocation.of(() -> lists.add(map.keys())));
    for (byte[] key : keys) {
      most = Math.max(most, Allocation.of(() -> map.remove(key)));
    }

    assertThat(lists.get(0)).hasSize(MANY);
    assertThat(most).isLessThan(MANY / 10);
  }

  /**
   * Fault A4. The same shape, a hash table whose keys a client chooses, was looked for in {@link
   * WaitersByKey} and the queues, which are such maps; in {@link Key}, which a {@link HashMap} can
   * order if hashes are equal; and in the tables of the wire, process groups and RPC, whose keys
   * are numbers that are counted, or strings and numbers, which a HashMap orders itself.
   */
  @Test
  void put_get_remove_ofKeysOfOneHash_lookAtFewEntries() {
    int many = 1 << 15;
    KeyMap<Integer> tested = new KeyMap<>(new EqualHashes());
    byte[][] keys = new byte[many][];
    Arrays.setAll(keys, i -> key("key" + i));
    long most = 0;
    for (int i = 0; i < many; i++) {
      long before = tested.steps();
      tested.put(keys[i], i);
      most = Math.max(most, tested.steps() - before);
    }
    for (int i = 0; i < many; i++) {
      long before = tested.steps();
      assertThat(tested.get(keys[i].clone())).isEqualTo(i);
      most = Math.max(most, tested.steps() - before);
    }
    for (int i = 0; i < many; i++) {
      long before = tested.steps();
      assertThat(tested.remove(keys[i].clone())).isEqualTo(i);
      most = Math.max(most, tested.steps() - before);
    }

    assertThat(tested.size()).isZero();
    // A random tree of so many is 40 deep, more or less; a call goes there up to four times.
    assertThat(most).isLessThan(400);
  }

  /** As if somebody had learnt the secret. */
  private static final class EqualHashes extends KeyHash {
    EqualHashes() {
      super(0, 0);
    }

    @Override
    int of(byte[] bytes, int length) {
      return 0x5555_5555;
    }
  }

  @Test
  void map_ofFewHashes_isWhatAHashMapIs() {
    Randomized.check(
        50,
        random -> {
          int bits = 1 << random.nextInt(5);
          KeyMap<Integer> tested =
              new KeyMap<>(
                  new KeyHash(1, 2) {
                    @Override
                    int of(byte[] bytes, int length) {
                      return super.of(bytes, length) << (Integer.SIZE - bits);
                    }
                  });
          Map<String, Integer> model = new HashMap<>();
          for (int bias : List.of(7, 3, 7)) {
            for (int i = 0; i < 2000; i++) {
              step(random, bias, 1000, tested, model);
            }
            assertThat(contents(tested)).isEqualTo(model);
          }
        });
  }

  private static byte[] key(String name) {
    return name.getBytes(UTF_8);
  }
}
