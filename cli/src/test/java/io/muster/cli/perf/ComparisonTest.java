package io.muster.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ComparisonTest {
  private static final int COUNT = 300;
  private static final int RANK = 2;

  private static ByteBuffer filled(ElementType type) {
    ByteBuffer buffer = ByteBuffer.allocate(COUNT * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int index = 0; index < COUNT; index++) {
      ByteBuffer unused = type.write(buffer, index, Fill.copied(type).of(RANK).at(index));
    }
    return buffer;
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void rightElements_areNotWrong(ElementType type) {
    assertThat(Comparison.of(type, filled(type), COUNT, Fill.copied(type).of(RANK)).wrong())
        .isZero();
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void anyBitOfAnyElement_isNoticed(ElementType type) {
    ByteBuffer buffer = filled(type);
    for (int bit = 0; bit < COUNT * type.bytes() * 8; bit++) {
      int at = bit / 8;
      byte right = buffer.get(at);
      buffer.put(at, (byte) (right ^ (1 << (bit % 8))));

      Comparison found = Comparison.of(type, buffer, COUNT, Fill.copied(type).of(RANK));

      assertThat(found.wrong()).isEqualTo(1);
      assertThat(found.first()).isEqualTo(at / type.bytes());
      buffer.put(at, right);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F32,67.0,5.0",
    "F64,67.0,5.0",
    "F16,67.0,5.0",
    "BF16,67.0,5.0",
    "U8,67,5",
    "I64,67,5"
  })
  void wrongElements_areCountedAndTheFirstIsShown(ElementType type, String expected, String seen) {
    ByteBuffer buffer = filled(type);
    for (int index : new int[] {299, 5, 17}) {
      buffer = type.write(buffer, index, type.ofWhole(5));
    }

    assertThat(Comparison.of(type, buffer, COUNT, Fill.copied(type).of(RANK)))
        .isEqualTo(new Comparison(3, 5, expected, seen));
  }
}
