package io.muster.collectives.internal.reduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.collectives.DataType;
import io.muster.collectives.ReduceOp;
import io.muster.fixtures.Randomized;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReducersTest {
  private static final EnumSet<ReduceOp> BITWISE =
      EnumSet.of(ReduceOp.BAND, ReduceOp.BOR, ReduceOp.BXOR);

  static Stream<Arguments> combinations() {
    return Arrays.stream(DataType.values())
        .flatMap(
            type ->
                Arrays.stream(ReduceOp.values())
                    .filter(op -> !type.isFloatingPoint() || !BITWISE.contains(op))
                    .map(op -> Arguments.of(type, op)));
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void reduce_anyElementsAnywhere_changesOwnElementsAndNothingElse(DataType type, ReduceOp op) {
    Elements elements = new Elements(type);
    Reducer reducer = Reducers.of(type, op);
    for (int length : elements.lengths()) {
      Randomized.check(
          3,
          random -> {
            ByteBuffer own = elements.random(random, length);
            ByteBuffer received = elements.random(random, length);
            byte[] ownBefore = Elements.everyByte(own);
            byte[] receivedBefore = Elements.everyByte(received);
            ByteBuffer ownWindow = own.duplicate();
            ByteBuffer receivedWindow = received.duplicate();
            long[] a = bits(elements, own, length);
            long[] b = bits(elements, received, length);

            reducer.reduce(own, received);

            for (int i = 0; i < length; i++) {
              checkElement(elements, op, a[i], b[i], elements.get(own, i));
            }
            assertThat(own.position()).isEqualTo(ownWindow.position());
            assertThat(own.limit()).isEqualTo(ownWindow.limit());
            assertThat(received.position()).isEqualTo(receivedWindow.position());
            assertThat(received.limit()).isEqualTo(receivedWindow.limit());
            assertThat(Elements.everyByte(received)).isEqualTo(receivedBefore);
            byte[] ownAfter = Elements.everyByte(own);
            int end = own.limit();
            assertThat(Arrays.copyOf(ownAfter, own.position()))
                .isEqualTo(Arrays.copyOf(ownBefore, own.position()));
            assertThat(Arrays.copyOfRange(ownAfter, end, ownAfter.length))
                .isEqualTo(Arrays.copyOfRange(ownBefore, end, ownBefore.length));
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void elementBytes_everyOperator_isTheTypes(DataType type) {
    assertThat(Reducers.of(type, ReduceOp.SUM).elementBytes()).isEqualTo(type.bytes());
  }

  @Test
  void of_bitwiseOnFloatingPoint_namesBoth() {
    for (DataType type : DataType.values()) {
      if (type.isFloatingPoint()) {
        for (ReduceOp op : BITWISE) {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Reducers.of(type, op))
              .withMessage("Cannot use ReduceOp." + op + " with elements of " + type);
        }
      }
    }
  }

  private static long[] bits(Elements elements, ByteBuffer buffer, int length) {
    long[] bits = new long[length];
    Arrays.setAll(bits, i -> elements.get(buffer, i));
    return bits;
  }

  private static void checkElement(Elements elements, ReduceOp op, long a, long b, long actual) {
    long expected =
        elements.type().isFloatingPoint()
            ? ofNumbers(elements, op, a, b)
            : ofIntegers(elements.type(), op, a, b);
    boolean chosen = op == ReduceOp.MIN || op == ReduceOp.MAX;
    if (elements.type().isFloatingPoint() && !chosen && Double.isNaN(elements.value(expected))) {
      // The CPU chooses the payload of a NaN.
      assertThat(elements.value(actual)).as("%s of %x and %x", op, a, b).isNaN();
    } else if (actual != expected) {
      assertThat(actual).as("%s of %x and %x", op, a, b).isEqualTo(expected);
    }
  }

  private static long ofIntegers(DataType type, ReduceOp op, long a, long b) {
    BigInteger x = BigInteger.valueOf(a);
    BigInteger y = BigInteger.valueOf(b);
    BigInteger result =
        switch (op) {
          case SUM, AVG -> x.add(y);
          case PRODUCT -> x.multiply(y);
          case MIN -> x.min(y);
          case MAX -> x.max(y);
          case BAND -> x.and(y);
          case BOR -> x.or(y);
          case BXOR -> x.xor(y);
        };
    return switch (type) {
      case UINT8, BOOL -> result.byteValue() & 0xff;
      case INT8 -> result.byteValue();
      case INT32 -> result.intValue();
      case INT64 -> result.longValue();
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> throw new AssertionError(type);
    };
  }

  private static long ofNumbers(Elements elements, ReduceOp op, long a, long b) {
    double x = elements.value(a);
    double y = elements.value(b);
    if (op == ReduceOp.MIN) {
      return y < x ? b : a;
    }
    if (op == ReduceOp.MAX) {
      return x < y ? b : a;
    }
    if (elements.type() == DataType.FLOAT64) {
      return Double.doubleToLongBits(op == ReduceOp.PRODUCT ? x * y : x + y);
    }
    float result = op == ReduceOp.PRODUCT ? (float) x * (float) y : (float) x + (float) y;
    return switch (elements.type()) {
      case FLOAT16 -> nearest(NearestHalf.FLOAT16, result);
      case BFLOAT16 -> nearest(NearestHalf.BFLOAT16, result);
      default -> Float.floatToIntBits(result);
    };
  }

  private static long nearest(NearestHalf format, float value) {
    return Float.isNaN(value) ? format.infinity() + 1 : format.nearest(value) & 0xffff;
  }
}
