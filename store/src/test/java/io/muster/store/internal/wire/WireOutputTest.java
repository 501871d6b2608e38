package io.muster.store.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WireOutputTest {
  private final List<byte[]> pieces = new ArrayList<>();
  private final WireOutput out =
      new WireOutput(
          (bytes, from, length) -> pieces.add(Arrays.copyOfRange(bytes, from, from + length)), 20);

  @Test
  void output_notFlushed_staysInTheBuffer() throws Exception {
    out.putByte(0xab);
    out.putInt(0x01020304);

    assertThat(pieces).isEmpty();
    assertThat(out.pending()).isEqualTo(5);

    out.flush();
    assertThat(pieces).containsExactly(GoldenRequests.bytes("ab 04030201"));
    assertThat(out.pending()).isZero();

    out.flush();
    assertThat(pieces).hasSize(1);
  }

  @Test
  void output_fillsTheBufferBeforeItIsSent() throws Exception {
    out.putLong(1);
    out.putLong(2);
    out.putInt(3);
    assertThat(pieces).isEmpty();

    out.putByte(4);
    assertThat(pieces)
        .containsExactly(GoldenRequests.bytes("0100000000000000 0200000000000000 03000000"));
    assertThat(out.pending()).isEqualTo(1);
  }

  @Test
  void integer_thatDoesNotFit_isNotSplit() throws Exception {
    out.putLong(1);
    out.putLong(2);
    out.putLong(3);

    assertThat(pieces).containsExactly(GoldenRequests.bytes("0100000000000000 0200000000000000"));
  }

  @Test
  void blob_largerThanTheBuffer_isHandedOverBehindWhatWasBuffered() throws Exception {
    byte[] blob = new byte[21];
    blob[20] = 9;

    out.putByte(1);
    out.putBlob(blob);

    assertThat(pieces).containsExactly(GoldenRequests.bytes("01 1500000000000000"), blob);
    assertThat(out.pending()).isZero();
  }

  @Test
  void blob_large_isNotCopied() throws Exception {
    List<byte[]> kept = new ArrayList<>();
    WireOutput keeping =
        new WireOutput(
            new ByteSink() {
              @Override
              public void write(byte[] bytes, int offset, int length) {}

              @Override
              public void writeImmutable(byte[] bytes, int offset, int length) {
                kept.add(bytes);
              }
            },
            64 * 1024);
    byte[] small = new byte[4096];
    byte[] large = new byte[4097];

    keeping.putBlob(small);
    keeping.putBlob(large);

    assertThat(kept).hasSize(1);
    assertThat(kept.get(0)).isSameAs(large);
  }
}
