package io.muster.store.internal.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Randomized;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyspaceTest {
  private static final byte[] K = bytes("k");

  /**
   * What the keyspace told its listener: {@code k} changed, {@code q+} got an item, {@code b|} is
   * complete.
   */
  private final List<String> events = new ArrayList<>();

  private final Keyspace keyspace = keyspace(Long.MAX_VALUE);

  private Keyspace keyspace(long maxStoredBytes) {
    return new Keyspace(
        new Keyspace.Listener() {
          @Override
          public void keyChanged(byte[] key) {
            events.add(text(key));
          }

          @Override
          public void itemPushed(byte[] key) {
            events.add(text(key) + "+");
          }

          @Override
          public void barrierCompleted(byte[] key) {
            events.add(text(key) + "|");
          }
        },
        maxStoredBytes);
  }

  /** A dash stands for no key. */
  @ParameterizedTest
  @CsvSource({
    "-,  '', d,  d,  true",
    "-,  '', '', '', true",
    "-,  e,  d,  -,  false",
    "'', '', d,  d,  true",
    "'', e,  d,  '', false",
    "'', e,  '', '', false",
    "e,  e,  d,  d,  true",
    "e,  e,  e,  e,  true",
    "e,  '', d,  e,  false",
    "ee, e,  d,  ee, false"
  })
  void compareAndSwap_saysWhetherItDidAndTellsOfChanges(
      String before, String expected, String desired, String after, boolean swapped)
      throws Exception {
    if (!before.equals("-")) {
      keyspace.set(K, bytes(before));
      events.clear();
    }

    assertThat(keyspace.compareAndSwap(K, bytes(expected), bytes(desired))).isEqualTo(swapped);

    assertThat(keyspace.get(K)).isEqualTo(after.equals("-") ? null : bytes(after));
    assertThat(events).isEqualTo(swapped ? List.of("k") : List.of());
  }

  @Test
  void writes_tellTheListener() throws Exception {
    keyspace.set(bytes("set"), bytes("v"));
    keyspace.set(bytes("set"), bytes("v"));
    keyspace.add(bytes("add"), 0);
    keyspace.append(bytes("append"), bytes(""));
    keyspace.push(bytes("push"), bytes(""));
    assertThat(events).containsExactly("set", "set", "add", "append", "push+");

    events.clear();
    keyspace.delete(bytes("set"));
    keyspace.get(bytes("add"));
    keyspace.pop(bytes("push"));
    keyspace.isPresent(bytes("add"));
    assertThat(events).isEmpty();
  }

  @Test
  void arrive_completesTheBarrierWithTheLast_andWithEachThatComesLater() throws Exception {
    assertThat(keyspace.arrive(K, 2)).isFalse();
    assertThat(keyspace.arrive(K, 2)).isTrue();
    assertThat(keyspace.arrive(K, 2)).isTrue();

    assertThat(keyspace.get(K)).isEqualTo(bytes("3"));
    assertThat(events).containsExactly("k", "k", "k|", "k", "k|");
  }

  @Test
  void leave_withdrawsAnArrival_andDeletesTheKeyWithTheLast() throws Exception {
    boolean unusedComplete = keyspace.arrive(K, 3);
    unusedComplete = keyspace.arrive(K, 3);
    keyspace.leave(K);
    assertThat(keyspace.get(K)).isEqualTo(bytes("1"));

    keyspace.leave(K);
    assertThat(keyspace.get(K)).isNull();

    keyspace.leave(K);
    assertThat(keyspace.get(K)).isNull();
  }

  @Test
  void leave_leavesAloneWhatIsNoCount() throws Exception {
    keyspace.set(K, bytes("x"));

    keyspace.leave(K);

    assertThat(keyspace.get(K)).isEqualTo(bytes("x"));
  }

  @Test
  void set_listenerLooks_seesTheNewValue() throws Exception {
    List<byte[]> seen = new ArrayList<>();
    Keyspace[] self = new Keyspace[1];
    self[0] =
        new Keyspace(
            new Keyspace.Listener() {
              @Override
              public void keyChanged(byte[] key) {
                seen.add(java.util.Objects.requireNonNull(self[0].get(key)));
              }

              @Override
              public void itemPushed(byte[] key) {
                seen.add(java.util.Objects.requireNonNull(self[0].pop(key)));
              }

              @Override
              public void barrierCompleted(byte[] key) {}
            },
            Long.MAX_VALUE);

    self[0].set(K, bytes("value"));
    self[0].push(K, bytes("item"));

    assertThat(seen).containsExactly(bytes("value"), bytes("item"));
    assertThat(self[0].queueLength(K)).isZero();
  }

  @Test
  void add_countsInText() throws Exception {
    assertThat(keyspace.add(K, 5)).isEqualTo(5);
    assertThat(keyspace.add(K, -7)).isEqualTo(-2);
    assertThat(keyspace.get(K)).isEqualTo(bytes("-2"));

    keyspace.set(K, bytes("9223372036854775807"));
    assertThat(keyspace.add(K, 1)).isEqualTo(Long.MIN_VALUE);
    assertThat(keyspace.add(K, -1)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void add_noNumber_throwsAndChangesNothing() throws Exception {
    keyspace.set(K, bytes("abc"));
    events.clear();
    long stored = keyspace.storedBytes();

    assertThatExceptionOfType(NotANumberException.class)
        .isThrownBy(() -> keyspace.add(K, 1))
        .withMessageContaining("k")
        .satisfies(e -> assertThat(e.value()).isEqualTo(bytes("abc")));

    assertThat(keyspace.get(K)).isEqualTo(bytes("abc"));
    assertThat(keyspace.storedBytes()).isEqualTo(stored);
    assertThat(events).isEmpty();
  }

  @Test
  void append_neverChangesAValueHandedOut() throws Exception {
    keyspace.append(K, bytes("a"));
    byte[] before = keyspace.get(K);
    keyspace.append(K, bytes("b"));

    assertThat(before).isEqualTo(bytes("a"));
    assertThat(keyspace.get(K)).isEqualTo(bytes("ab"));
  }

  @Test
  void delete_saysWhetherThereWasAValue() throws Exception {
    keyspace.set(K, bytes(""));

    assertThat(keyspace.delete(K)).isTrue();
    assertThat(keyspace.delete(K)).isFalse();
    assertThat(keyspace.get(K)).isNull();
    assertThat(keyspace.size()).isZero();
  }

  @Test
  void queues_areApartFromKeys() throws Exception {
    keyspace.push(K, bytes("1"));
    keyspace.push(K, bytes("2"));

    assertThat(keyspace.isPresent(K)).isTrue();
    assertThat(keyspace.get(K)).isNull();
    assertThat(keyspace.size()).isZero();
    assertThat(keyspace.keys()).isEmpty();
    assertThat(keyspace.delete(K)).isFalse();

    keyspace.set(K, bytes("value"));
    assertThat(keyspace.delete(K)).isTrue();
    assertThat(keyspace.queueLength(K)).isEqualTo(2);
    assertThat(keyspace.pop(K)).isEqualTo(bytes("1"));
    assertThat(keyspace.pop(K)).isEqualTo(bytes("2"));
    assertThat(keyspace.pop(K)).isNull();
    assertThat(keyspace.queueLength(K)).isZero();
    assertThat(keyspace.isPresent(K)).isFalse();
    assertThat(keyspace.storedBytes()).isZero();
  }

  @Test
  void keys_areThoseWithAValue() throws Exception {
    keyspace.set(bytes("a"), bytes("1"));
    keyspace.set(bytes(""), bytes("2"));
    keyspace.delete(bytes("a"));
    keyspace.set(bytes("b"), bytes("3"));

    assertThat(keyspace.keys()).containsExactlyInAnyOrder(bytes(""), bytes("b"));
    assertThat(keyspace.size()).isEqualTo(2);
  }

  @Test
  void setAll_setsTheLastOfEachKeyAndTellsOfAll() throws Exception {
    keyspace.setAll(
        List.of(bytes("a"), bytes("b"), bytes("a")), List.of(bytes("1"), bytes("2"), bytes("345")));

    assertThat(keyspace.get(bytes("a"))).isEqualTo(bytes("345"));
    assertThat(keyspace.get(bytes("b"))).isEqualTo(bytes("2"));
    assertThat(keyspace.storedBytes()).isEqualTo(4 + 2);
    assertThat(events).contains("a", "b");
  }

  @Test
  void setAll_limitExceeded_changesNothing() throws Exception {
    Keyspace small = keyspace(10);
    small.set(K, bytes("12345"));
    events.clear();

    assertThatExceptionOfType(StoreFullException.class)
        .isThrownBy(
            () ->
                small.setAll(
                    List.of(K, bytes("a"), K, bytes("a")),
                    List.of(bytes(""), bytes("1"), bytes("123456"), bytes("1234"))));

    assertThat(small.get(K)).isEqualTo(bytes("12345"));
    assertThat(small.size()).isEqualTo(1);
    assertThat(small.storedBytes()).isEqualTo(6);
    assertThat(events).isEmpty();
  }

  @Test
  void setAll_tooMuchOnlyInBetween_isKept() throws Exception {
    Keyspace small = keyspace(10);

    small.setAll(List.of(K, K), List.of(new byte[20], bytes("123")));

    assertThat(small.get(K)).isEqualTo(bytes("123"));
  }

  @Test
  void internedKey_isThatOfTheKeyOrTheQueue() throws Exception {
    byte[] key = bytes("key");
    byte[] queue = bytes("queue");
    keyspace.set(key, bytes(""));
    keyspace.push(queue, bytes(""));

    assertThat(keyspace.internedKey(bytes("key"), 3)).isSameAs(key);
    assertThat(keyspace.internedKey(bytes("queue"), 5)).isSameAs(queue);
    assertThat(keyspace.internedKey(bytes("queue"), 3)).isNull();
    keyspace.delete(key);
    keyspace.pop(queue);
    assertThat(keyspace.internedKey(bytes("key"), 3)).isNull();
    assertThat(keyspace.internedKey(bytes("queue"), 5)).isNull();
  }

  @Test
  void limit_reachedExactly_isKept() throws Exception {
    Keyspace small = keyspace(10);

    small.set(bytes("abc"), bytes("1234567"));

    assertThat(small.storedBytes()).isEqualTo(10);
    small.set(bytes("abc"), bytes("7654321"));
    assertThat(small.compareAndSwap(bytes("abc"), bytes("7654321"), bytes("123"))).isTrue();
    small.push(bytes("q"), bytes("123"));
    assertThat(small.storedBytes()).isEqualTo(10);
  }

  @Test
  void limit_exceeded_changesNothing() throws Exception {
    Keyspace small = keyspace(10);
    small.set(K, bytes("12345"));
    small.push(bytes("q"), bytes("123"));
    events.clear();

    for (Writing writing :
        List.<Writing>of(
            () -> small.set(bytes("l"), bytes("")),
            () -> small.set(K, bytes("123456")),
            () -> small.compareAndSwap(K, bytes("12345"), bytes("123456")),
            () -> small.compareAndSwap(bytes("new"), bytes(""), bytes("")),
            () -> small.append(K, bytes("6")),
            () -> small.add(K, 100_000),
            () -> small.add(bytes("n"), 1),
            () -> small.push(bytes("q"), bytes("")),
            () -> small.push(bytes("new"), bytes("")))) {
      assertThatExceptionOfType(StoreFullException.class).isThrownBy(writing::run);
    }

    assertThat(small.storedBytes()).isEqualTo(10);
    assertThat(small.get(K)).isEqualTo(bytes("12345"));
    assertThat(small.size()).isEqualTo(1);
    assertThat(small.queueLength(bytes("q"))).isEqualTo(1);
    assertThat(small.isPresent(bytes("new"))).isFalse();
    assertThat(events).isEmpty();
  }

  @Test
  void limit_exceededAlready_allowsWhatGrowsNothing() throws Exception {
    Keyspace full = keyspace(6);
    full.set(K, bytes("12345"));

    full.set(K, bytes("54321"));
    full.set(K, bytes("1"));
    full.append(K, bytes(""));

    assertThat(full.storedBytes()).isEqualTo(2);
  }

  private interface Writing {
    void run() throws Exception;
  }

  @Test
  void storedBytes_underRandomOperations_areThoseOfKeysValuesAndItems() {
    Randomized.check(
        50,
        random -> {
          Keyspace tested = keyspace(300);
          Model model = new Model();
          for (int i = 0; i < 500; i++) {
            try {
              model.step(random, tested);
            } catch (StoreFullException e) {
              // The model did not change either.
            }
            assertThat(tested.storedBytes()).isEqualTo(model.bytes()).isLessThanOrEqualTo(300);
          }
          assertThat(tested.size()).isEqualTo(model.values.size());
        });
  }

  /** Keys with one letter, and what is stored at them. */
  private static final class Model {
    final Map<Key, byte[]> values = new HashMap<>();
    final Map<Key, Deque<byte[]>> queues = new HashMap<>();

    void step(SplittableRandom random, Keyspace tested) throws StoreFullException {
      byte[] bytes = "a".repeat(random.nextInt(6)).getBytes(UTF_8);
      Key key = new Key(bytes);
      byte[] value = Randomized.bytes(random, 40);
      switch (random.nextInt(6)) {
        case 0 -> {
          tested.set(bytes, value);
          values.put(key, value);
        }
        case 1 -> {
          tested.append(bytes, value);
          values.put(key, java.util.Objects.requireNonNull(tested.get(bytes)));
        }
        case 2 -> {
          byte[] current = values.getOrDefault(key, new byte[0]);
          assertThat(tested.compareAndSwap(bytes, current, value)).isTrue();
          values.put(key, value);
        }
        case 3 -> assertThat(tested.delete(bytes)).isEqualTo(values.remove(key) != null);
        case 4 -> {
          tested.push(bytes, value);
          queues.computeIfAbsent(key, name -> new ArrayDeque<>()).add(value);
        }
        default ->
            assertThat(tested.pop(bytes))
                .isEqualTo(queues.getOrDefault(key, new ArrayDeque<>()).poll());
      }
    }

    long bytes() {
      return Stream.concat(
              values.entrySet().stream(),
              queues.entrySet().stream()
                  .flatMap(
                      queue -> queue.getValue().stream().map(i -> Map.entry(queue.getKey(), i))))
          .mapToLong(entry -> entry.getKey().bytes().length + entry.getValue().length)
          .sum();
    }
  }

  private static String text(byte[] key) {
    return new String(key, UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
