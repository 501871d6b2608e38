package io.muster.store.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Randomized;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireInputTest {
  @Test
  void primitives_areLittleEndian() throws Exception {
    WireInput in = input("ff 0200000000000000 feffffffffffffff 0300000000000000 616263 00");

    assertThat(in.getByte()).isEqualTo(255);
    assertThat(in.getLong()).isEqualTo(2);
    assertThat(in.getLong()).isEqualTo(-2);
    assertThat(in.getBlob()).containsExactly('a', 'b', 'c');
    assertThat(in.getByte()).isZero();
    assertThatExceptionOfType(EOFException.class).isThrownBy(in::getByte);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        8183,
        8184,
        8185,
        8191,
        8192,
        8193,
        16_384,
        8 << 20,
        (8 << 20) + 1,
        (16 << 20) + 5
      })
  void blobs_aroundTheBufferAndTheTrustedLength_arriveWhole(int length) throws Exception {
    byte[] blob = new byte[length];
    new SplittableRandom(length).nextBytes(blob);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WireOutput out = new WireOutput(bytes::write, 1440);
    out.putByte(7);
    out.putBlob(blob);
    out.putLong(Long.MIN_VALUE);
    out.flush();

    for (int most : List.of(1000, Integer.MAX_VALUE)) {
      WireInput in = new WireInput(atMost(most, new ByteArrayInputStream(bytes.toByteArray())));
      assertThat(in.getByte()).isEqualTo(7);
      assertThat(in.getBlob()).isEqualTo(blob);
      assertThat(in.getLong()).isEqualTo(Long.MIN_VALUE);
      assertThatExceptionOfType(EOFException.class).isThrownBy(in::getByte);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ffffffffffffffff", "0000000000000080", "ffffffffffffff7f", "ffffff7f00000000"})
  void blob_ofImpossibleLength_isRefused(String length) {
    assertThatExceptionOfType(WireException.class).isThrownBy(() -> input(length).getBlob());
  }

  @Test
  void blob_whoseLengthIsOnlyClaimed_takesNoMemory() {
    assertThatExceptionOfType(EOFException.class)
        .isThrownBy(() -> input("f7ffff7f00000000 0102").getBlob());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "01", "01020304050607", "0800000000000000 01020304050607"})
  void input_thatEndsEarly_isAnEndOfFile(String hex) {
    assertThatExceptionOfType(EOFException.class).isThrownBy(() -> input(hex).getBlob());
  }

  @Test
  void randomValues_writtenAndRead_areTheSame() {
    Randomized.check(
        200,
        random -> {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          WireOutput out = new WireOutput(bytes::write, random.nextInt(10_000));
          List<Object> written = new ArrayList<>();
          for (int i = 0; i < 50; i++) {
            switch (random.nextInt(3)) {
              case 0 -> {
                int value = random.nextInt(256);
                out.putByte(value);
                written.add(value);
              }
              case 1 -> {
                long value = random.nextLong();
                out.putLong(value);
                written.add(value);
              }
              default -> {
                byte[] value = Randomized.bytes(random, 1 << random.nextInt(16));
                out.putBlob(value);
                written.add(value);
              }
            }
          }
          out.flush();

          WireInput in =
              new WireInput(
                  atMost(1 + random.nextInt(9000), new ByteArrayInputStream(bytes.toByteArray())));
          for (Object value : written) {
            assertThat(
                    value instanceof byte[]
                        ? in.getBlob()
                        : value instanceof Long ? (Object) in.getLong() : in.getByte())
                .isEqualTo(value);
          }
        });
  }

  private static WireInput input(String hex) {
    return new WireInput(new ByteArrayInputStream(GoldenRequests.bytes(hex)));
  }

  /** A stream that gives at most so many bytes at a time. */
  private static InputStream atMost(int most, InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read(byte[] bytes, int from, int length) throws IOException {
        return super.read(bytes, from, Math.min(length, most));
      }
    };
  }
}
