package io.muster.store.internal.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.AbstractList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Changes that consist of many and fail in the middle, as if memory had run out, are undone. Part
 * of fault A4.
 */
class HalfDoneTest {
  private static final class RecordingWaiter extends Waiter {
    boolean released;

    @Override
    protected void released(@Nullable Key queue) {
      released = true;
    }
  }

  private final WaiterRegistry waits = new WaiterRegistry();
  private final Keyspace keyspace = new Keyspace(waits, Long.MAX_VALUE);

  /** Fails when the item after the last is asked for. */
  private static <T> List<T> failingAfter(List<T> items) {
    return new AbstractList<>() {
      @Override
      public T get(int index) {
        if (index == items.size()) {
          throw new OutOfMemoryError("injected");
        }
        return items.get(index);
      }

      @Override
      public int size() {
        return items.size() + 1;
      }
    };
  }

  @Test
  void setAll_thatFails_setsNothingAndReleasesNobody() throws Exception {
    keyspace.set(bytes("old"), bytes("before"));
    long stored = keyspace.storedBytes();
    RecordingWaiter waiter = new RecordingWaiter();
    waits.registerForPresence(waiter, List.of(new Key(bytes("new"))));
    List<byte[]> keys = List.of(bytes("old"), bytes("new"), bytes("third"));
    List<byte[]> values = failingAfter(List.of(bytes("after"), bytes("v")));

    assertThatExceptionOfType(OutOfMemoryError.class)
        .isThrownBy(() -> keyspace.setAll(keys, values));

    assertThat(keyspace.get(bytes("old"))).isEqualTo(bytes("before"));
    assertThat(keyspace.get(bytes("new"))).isNull();
    assertThat(keyspace.size()).isEqualTo(1);
    assertThat(keyspace.storedBytes()).isEqualTo(stored);
    assertThat(waiter.released).isFalse();
  }

  @Test
  void register_thatFails_leavesNoPartOfTheWait() throws Exception {
    List<Key> keys = failingAfter(List.of(new Key(bytes("a")), new Key(bytes("b"))));
    RecordingWaiter waiter = new RecordingWaiter();

    assertThatExceptionOfType(OutOfMemoryError.class)
        .isThrownBy(() -> waits.registerForValues(waiter, keys));

    assertThat(waits.size()).isZero();
    assertThat(waits.keys()).isZero();
    keyspace.set(bytes("a"), bytes("v"));
    keyspace.set(bytes("b"), bytes("v"));
    assertThat(waiter.released).isFalse();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
