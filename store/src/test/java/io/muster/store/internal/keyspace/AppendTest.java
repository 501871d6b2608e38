package io.muster.store.internal.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Randomized;
import io.muster.store.Allocation;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Appending costs what is appended, and what was read before stays as it was. Fault A3. The same
 * shape, a copy of what is there for each small request, was looked for in all of {@link Keyspace}:
 * an addition copies a number, and a queue that was an {@code ArrayDeque} copied all its items now
 * and then.
 */
class AppendTest {
  private static final byte[] K = bytes("k");

  private final Keyspace keyspace = new Keyspace(new WaiterRegistry(), Long.MAX_VALUE);

  @Test
  void append_toALongValue_allocatesNoMoreThanAChunk() throws Exception {
    byte[] value = new byte[8 << 20];
    keyspace.set(K, value);
    long most = 0;
    long all = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] more = {(byte) i};
      long allocated = Allocation.of(() -> keyspace.append(K, more));
      most = Math.max(most, allocated);
      all += allocated;
    }

    assertThat(most).isLessThan(70_000);
    assertThat(all).isLessThan(200_000L * 100);
    byte[] appended = Objects.requireNonNull(keyspace.get(K));
    assertThat(appended).hasSize(value.length + 200_000).startsWith(value);
    for (int i = 0; i < 200_000; i++) {
      assertThat(appended[value.length + i]).isEqualTo((byte) i);
    }
  }

  /** Many short values are appended to more often than long ones are. */
  @Test
  void append_toShortValues_takesLittleMoreMemoryThanTheirBytes() throws Exception {
    for (int i = 0; i < 100; i++) {
      for (int j = 0; j < 1000; j++) {
        keyspace.append(bytes("k" + i), new byte[10]);
      }
    }

    assertThat(keyspace.heapBytes()).isLessThan(keyspace.storedBytes() * 14 / 10);
  }

  @Test
  void values_thatAreAppendedTo_areWhatArraysWouldBe() {
    Randomized.check(
        200,
        random -> {
          Keyspace tested = new Keyspace(new WaiterRegistry(), Long.MAX_VALUE);
          byte[] model = Randomized.bytes(random, 3000);
          tested.set(K, model);
          List<Object> read = new ArrayList<>();
          List<byte[]> expected = new ArrayList<>();
          int most = 1 << random.nextInt(18);
          for (int i = 0; i < 60; i++) {
            byte[] more = Randomized.bytes(random, most);
            tested.append(K, more);
            model = concatenation(model, more);
            if (random.nextInt(4) == 0) {
              read.add(Objects.requireNonNull(tested.value(K)));
              expected.add(model);
            }
            assertThat(tested.valueLength(K)).isEqualTo(model.length);
            assertThat(tested.storedBytes()).isEqualTo(K.length + model.length);
          }
          assertThat(tested.get(K)).isEqualTo(model);
          for (int i = 0; i < read.size(); i++) {
            assertThat(Keyspace.bytes(read.get(i))).isEqualTo(expected.get(i));
            assertThat(piecesOf(read.get(i))).isEqualTo(expected.get(i));
          }
          compareAndSet(random, tested, model);
          tested.delete(K);
          assertThat(tested.heapBytes()).isZero();
        });
  }

  private static void compareAndSet(SplittableRandom random, Keyspace tested, byte[] model)
      throws Exception {
    byte[] other = model.length == 0 ? new byte[1] : model.clone();
    other[random.nextInt(other.length)]++;
    byte[] desired = bytes("desired");

    assertThat(tested.compareAndSwap(K, other, desired)).isFalse();
    assertThat(tested.get(K)).isEqualTo(model);
    assertThat(tested.isValue(K, model)).isTrue();
    assertThat(tested.compareAndSwap(K, model, desired)).isTrue();
    assertThat(tested.get(K)).isEqualTo(desired);
  }

  @Test
  void add_toANumberThatWasAppendedTo_countsOn() throws Exception {
    keyspace.set(K, bytes("41" + " ".repeat(2000)));
    keyspace.append(K, bytes("x"));

    assertThat(keyspace.add(K, 1)).isEqualTo(42);
    assertThat(keyspace.get(K)).isEqualTo(bytes("42"));
  }

  /** As if it had failed after the bytes were there, and before the keyspace knew of them. */
  @Test
  void append_ofAValueFromWhichAnotherHasGoneOn_leavesTheOther() {
    AppendedValue value = AppendedValue.of(bytes("first"), bytes(" second"));
    AppendedValue one = value.append(bytes(" one"));
    AppendedValue other = value.append(bytes(" other"));

    assertThat(one.toArray()).isEqualTo(bytes("first second one"));
    assertThat(other.toArray()).isEqualTo(bytes("first second other"));
    assertThat(value.toArray()).isEqualTo(bytes("first second"));
  }

  @Test
  void push_toALongQueue_allocatesLittle() throws Exception {
    long most = 0;
    byte[] item = {};
    for (int i = 0; i < 300_000; i++) {
      most = Math.max(most, Allocation.of(() -> keyspace.push(K, item)));
    }
    assertThat(most).isLessThan(100_000);
    assertThat(keyspace.queueLength(K)).isEqualTo(300_000);
    while (keyspace.pop(K) != null) {
      assertThat(keyspace.queueLength(K)).isGreaterThanOrEqualTo(0);
    }
    assertThat(keyspace.heapBytes()).isZero();
  }

  private static byte[] piecesOf(Object value) {
    if (value instanceof byte[] array) {
      return array;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Iterator<byte[]> arrays = ((AppendedValue) value).arrays(); arrays.hasNext(); ) {
      all.writeBytes(arrays.next());
    }
    return all.toByteArray();
  }

  private static byte[] concatenation(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
