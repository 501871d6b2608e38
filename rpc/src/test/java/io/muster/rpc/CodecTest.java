package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.rpc.internal.codec.KryoCodec;
import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the default codec supports, and what it refuses. */
class CodecTest {
  private static final int MAX_BYTES = 1 << 20;
  private static final RpcCodec CODEC =
      codec(Point.class, Colour.class, Plain.class, Point[].class);

  record Point(int x, @Nullable String label, @Nullable Object more) {
    Point {
      if (x < 0) {
        throw new IllegalArgumentException("x is negative");
      }
    }
  }

  enum Colour {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "green";
      }
    }
  }

  static final class Plain {
    int number;
    @Nullable List<Point> points;

    Plain() {}
  }

  record Unregistered(int x) {}

  private static RpcCodec codec(Class<?>... types) {
    return new KryoCodec(List.of(types), MAX_BYTES);
  }

  private static byte[] encode(@Nullable Object value) {
    return CODEC.encode(value, new NoReferences());
  }

  private static @Nullable Object decode(byte[] bytes) {
    return CODEC.decode(bytes, 0, bytes.length, new NoReferences());
  }

  static Stream<Object> values() {
    return Stream.of(
        1,
        -1L,
        (short) 3,
        (byte) 4,
        'x',
        1.5f,
        -0.0,
        true,
        "",
        "aé𝄞",
        new byte[] {1, 2},
        new int[] {1, -2},
        new long[] {Long.MIN_VALUE},
        new float[] {Float.NaN},
        new double[] {1, 2},
        new short[] {1},
        new char[] {'x'},
        new boolean[] {true, false},
        new String[] {"a", null},
        new Object[] {1, "b", null, new Object[] {2}},
        List.of(1, "two", List.of()),
        Arrays.asList(1, null),
        Set.of("a"),
        Map.of("a", 1),
        Duration.ofSeconds(5, 7),
        Instant.ofEpochSecond(5, 7),
        new UUID(1, 2),
        BigInteger.TEN.pow(50),
        new BigDecimal("1.500"),
        Colour.RED,
        Colour.GREEN,
        new Point(1, "a", List.of(new Point(2, null, Colour.GREEN))),
        new Point[] {new Point(1, null, null), null});
  }

  @ParameterizedTest
  @MethodSource("values")
  void value_thatIsTaken_comesBack(Object value) {
    assertThat(decode(encode(value))).isEqualTo(value);
  }

  @Test
  void null_comesBack() {
    assertThat(decode(encode(null))).isNull();
  }

  @Test
  void plainObject_comesBackFieldByField() {
    Plain plain = new Plain();
    plain.number = 7;
    plain.points = List.of(new Point(1, "a", null));

    assertThat(decode(encode(plain))).usingRecursiveComparison().isEqualTo(plain);
  }

  static Stream<Object> refused() {
    return Stream.of(
        new Unregistered(1),
        List.of(new Unregistered(1)),
        new Point(1, "a", new Unregistered(1)),
        new File("x"),
        String.class,
        new Thread(),
        new Object(),
        new RuntimeException(),
        (Runnable & java.io.Serializable) () -> {});
  }

  @ParameterizedTest
  @MethodSource("refused")
  void value_ofAClassThatIsNotRegistered_isNotSent(Object value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encode(value))
        .withMessageContaining("is not registered");
  }

  @Test
  void value_ofAClassOnlyTheSenderHasRegistered_isNotRead() {
    byte[] bytes = codec(Unregistered.class).encode(new Unregistered(1), new NoReferences());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> decode(bytes))
        .withMessageStartingWith("cannot be read: of a class that is not registered here");
  }

  @Test
  void registration_inAnotherOrder_readsTheSame() {
    byte[] bytes =
        codec(Colour.class, Point.class).encode(new Point(1, "a", Colour.RED), new NoReferences());

    assertThat(decode(bytes)).isEqualTo(new Point(1, "a", Colour.RED));
  }

  @Test
  void record_whoseConstructorRefuses_isNotRead() {
    byte[] bytes = encode(new Point(1, "a", null));
    int x = indexOf(bytes, new byte[] {1, 0, 0, 0});
    bytes[x + 3] = (byte) 0x80;

    assertThatIllegalArgumentException()
        .isThrownBy(() -> decode(bytes))
        .withMessageContaining("x is negative");
  }

  @Test
  void length_beyondTheMessage_isRefusedBeforeAnythingIsAllocated() {
    for (Object value :
        List.of(
            "text",
            new byte[8],
            new long[8],
            new double[8],
            new Object[8],
            new String[8],
            new ArrayList<>(Collections.nCopies(8, 1)),
            BigInteger.TEN.pow(20))) {
      byte[] bytes = encode(value);
      // After the number of the class, the largest length.
      byte[] hostile =
          ByteBuffer.allocate(bytes.length + 4)
              .put(bytes[0])
              .put(new byte[] {-1, -1, -1, -1, 7})
              .put(bytes, 2, bytes.length - 2)
              .array();

      assertThatIllegalArgumentException().as(value.toString()).isThrownBy(() -> decode(hostile));
    }
  }

  @Test
  void value_tooDeep_isRefused() {
    Object deep = 1;
    for (int i = 0; i < 10_000; i++) {
      deep = List.of(deep);
    }
    Object value = deep;
    assertThatIllegalArgumentException().isThrownBy(() -> encode(value));

    // The same from a hostile sender: nested lists of one element.
    byte[] list = encode(List.of(List.of()));
    byte[] bytes = new byte[100_000];
    for (int i = 0; i + 1 < bytes.length; i += 2) {
      bytes[i] = list[0];
      bytes[i + 1] = list[1];
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decode(bytes))
        .withMessageContaining("Max depth");
  }

  @Test
  void value_tooLarge_isNotSent() {
    assertThatIllegalArgumentException().isThrownBy(() -> encode(new byte[MAX_BYTES + 1]));
  }

  @Test
  void bytes_behindAValue_areRefused() {
    byte[] bytes = encode(1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> decode(Arrays.copyOf(bytes, bytes.length + 1)))
        .withMessage("cannot be read: 1 bytes after a value");
  }

  @Test
  void bytes_atRandom_areReadOrRefused() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> samples = values().map(CodecTest::encode).toList();
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = samples.get(random.nextInt(samples.size())).clone();
      for (int change = 0; change <= round % 3 && bytes.length > 0; change++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        Object unused = decode(bytes);
      } catch (IllegalArgumentException e) {
        assertThat(e).as("seed %d", seed).hasMessageStartingWith("cannot be read: ");
      }
    }
  }

  @Test
  void registration_ofWhatCannotBe_isRefused() {
    for (Class<?> type :
        List.<Class<?>>of(Runnable.class, AbstractList.class, File.class, int.class)) {
      assertThatIllegalArgumentException().as(type.getName()).isThrownBy(() -> codec(type));
    }
  }

  private abstract static class AbstractList {}

  @Test
  void call_withWhatIsNotRegistered_isRefusedOnEitherSide() {
    try (LocalWorld world =
        LocalWorld.of(2, options -> options.function("make", arguments -> new Unregistered(1)))) {
      Worker worker = world.seen(0, 1);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> worker.call(void.class, "make", new Unregistered(1)));
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> worker.call(Object.class, "make"))
          .withMessageContaining("the result cannot be sent: the class")
          .withMessageContaining("is not registered");
    }
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not there");
  }
}
