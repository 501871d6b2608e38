package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import io.muster.rpc.internal.codec.KryoCodec;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Fault E6: the memory and time to decode a message are bounded by its size.
 *
 * <p>The same kind of fault was looked for wherever a message has a number of elements (arrays,
 * lists, sets, maps), wherever decoding hashes (keys of maps, elements of sets, and keys within
 * keys), and in decoding that goes on after the call has timed out.
 */
class DecodingBoundsTest {
  private static final int MAX_BYTES = 16 << 20;
  private static final RpcCodec CODEC = new KryoCodec(List.of(), MAX_BYTES);

  private static byte[] encode(@Nullable Object value) {
    return CODEC.encode(value, new NoReferences());
  }

  private static @Nullable Object decode(byte[] bytes) {
    return CODEC.decode(bytes, 0, bytes.length, new NoReferences());
  }

  @Test
  void arraysInsideOfArrays_cannotClaimTheSameBytesAgain() {
    for (Object container : List.of(new Object[0], List.of(), Set.of(), Map.of())) {
      byte number = encode(container)[0];
      ByteBuffer message = ByteBuffer.allocate(2 << 20);
      for (int depth = 0; depth < 90; depth++) {
        // As many elements as bytes: more than 2^20, encoded in four groups of seven bits.
        message.put(number).put(new byte[] {-128, -128, -64, 0});
      }
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();

      assertThatIllegalArgumentException()
          .isThrownBy(() -> decode(message.array()))
          .withMessageContaining("are others'");

      assertThat(threads.getCurrentThreadAllocatedBytes() - before)
          .as(container.getClass().getName())
          .isLessThan(64 << 20);
    }
  }

  /** Lists of two numbers that all have the same hash code. */
  private static List<Object> alike(int count) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(i -> List.of(i, -31 * i)).toList());
  }

  @Test
  void keysWithOneHashCode_areRefused() {
    // Building such a hash map here would take as long as on the attacked worker.
    byte[] list = encode(alike(200_000));
    byte[] set = list.clone();
    set[0] = encode(Set.of())[0];

    assertThatIllegalArgumentException()
        .isThrownBy(() -> decode(set))
        .withMessageContaining("have the hash code");
    byte[] map = encode(Map.of(List.of(1), 1));
    Object[] entries = alike(200_000).toArray();
    byte[] keys = encode(new Object[] {entries}[0]);
    ByteBuffer message = ByteBuffer.allocate(keys.length * 2);
    message.put(map[0]).put(keys, 1, 3);
    byte[] value = encode(null);
    for (Object entry : entries) {
      message.put(encode(entry)).put(value);
    }
    byte[] bytes = new byte[message.position()];
    message.get(0, bytes);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decode(bytes))
        .withMessageContaining("have the hash code");
  }

  @Test
  void keysInsideOfKeys_areNotHashedAgainAndAgain() {
    Object value = new ArrayList<>(Collections.nCopies(200_000, 1));
    for (int depth = 0; depth < 90; depth++) {
      value = Set.of(value);
    }
    byte[] bytes = encode(value);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> decode(bytes))
        .withMessageContaining("too many keys that consist of other keys");
  }

  @Test
  void mapsAsProgramsHaveThem_areDecoded() {
    Map<Object, Object> map = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      map.put(List.of(i, "key" + i, Set.of(i)), Map.of("value", i));
      map.put("key" + i, i);
      map.put((long) i << 32 | i, i);
    }
    assertThat(decode(encode(map))).isEqualTo(map);
    Set<Object> few = Set.copyOf(alike(60));
    assertThat(decode(encode(few))).isEqualTo(few);
    Object deep = List.of("the innermost");
    for (int depth = 0; depth < 60; depth++) {
      deep = depth % 2 == 0 ? List.of(deep, depth) : Map.of("key", deep);
    }
    assertThat(decode(encode(deep))).isEqualTo(deep);
  }

  @Test
  void decoding_whoseCallIsOver_ends() {
    byte[] bytes = encode(Collections.nCopies(10_000, 1));
    Thread.currentThread().interrupt();
    try {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> decode(bytes))
          .withMessageContaining("the call has timed out");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(decode(bytes)).isEqualTo(Collections.nCopies(10_000, 1));
  }
}
