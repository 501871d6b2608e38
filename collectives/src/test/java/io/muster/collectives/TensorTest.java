package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Copies between tensors and buffers. */
class TensorTest {
  private static final byte[] BYTES = {1, 0, 1, 0, 0, 1, 0, 1};

  static Stream<Tensor> tensorsOfEightBytes() {
    return Stream.of(
        Tensor.of(new float[4], 1, 2),
        Tensor.of(new double[3], 2, 1),
        Tensor.of(new int[3], 1, 2),
        Tensor.of(new long[2], 1, 1),
        Tensor.of(new byte[9], 1, 8),
        Tensor.unsigned(new byte[9], 1, 8),
        Tensor.of(new boolean[9], 1, 8),
        Tensor.float16(new short[6], 2, 4),
        Tensor.bfloat16(new short[6], 2, 4),
        Tensor.of(ByteBuffer.allocateDirect(10).position(2), DataType.INT32));
  }

  /** In little-endian order at the position of the buffer, which does not move. */
  @ParameterizedTest
  @MethodSource("tensorsOfEightBytes")
  void copyFrom_andCopyTo_areInverse(Tensor tensor) {
    ByteBuffer source = ByteBuffer.allocate(11).put(2, BYTES).position(2);
    ByteBuffer target = ByteBuffer.allocate(12).position(3);

    tensor.copyFrom(source);
    tensor.copyTo(target);

    assertThat(tensor.byteSize()).isEqualTo(BYTES.length);
    assertThat(target.slice(3, BYTES.length)).isEqualTo(ByteBuffer.wrap(BYTES));
    assertThat(target.get(2)).isZero();
    assertThat(target.get(11)).isZero();
    assertThat(source.position()).isEqualTo(2);
    assertThat(target.position()).isEqualTo(3);
  }

  @Test
  void copyTo_isLittleEndian_whateverTheOrderOfTheBuffer() {
    ByteBuffer target = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.BIG_ENDIAN);

    Tensor.of(new int[] {1}).copyTo(target);

    assertThat(target.array()).containsExactly(1, 0, 0, 0);
  }

  @ParameterizedTest
  @MethodSource("tensorsOfEightBytes")
  void bufferThatIsTooShort_isRefused(Tensor tensor) {
    ByteBuffer shorter = ByteBuffer.allocate(BYTES.length - 1);

    assertThatIllegalArgumentException().isThrownBy(() -> tensor.copyTo(shorter));
    assertThatIllegalArgumentException().isThrownBy(() -> tensor.copyFrom(shorter));
  }

  @Test
  void directBuffer_sharesTheMemory() {
    ByteBuffer memory = ByteBuffer.allocateDirect(8);

    ByteBuffer view = Tensor.of(memory, DataType.INT64).directBuffer().orElseThrow();
    view.putLong(1);

    assertThat(memory.get(0)).isEqualTo((byte) 1);
    assertThat(Tensor.of(new long[1]).directBuffer()).isEmpty();
  }
}
