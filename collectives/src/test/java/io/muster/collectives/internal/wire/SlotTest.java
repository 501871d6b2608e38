package io.muster.collectives.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotTest {
  @ParameterizedTest
  @CsvSource({
    // The first was captured from PyTorch.
    "BROADCAST,  1,          0600000001000000",
    "GATHER,     0,          0100000000000000",
    "ALL_GATHER, 2,          0200000002000000",
    "REDUCE,     3,          0300000003000000",
    "ALL_REDUCE, 7,          0400000007000000",
    "SCATTER,    256,        0500000100000000",
    "BARRIER,    2147483647, 077fffffff000000",
    "ALL_TO_ALL, 1,          0800000001000000",
    // Tags are unsigned: these come after 2147483647.
    "ALL_TO_ALL, -2147483648, 0880000000000000",
    "BARRIER,    -1,         07ffffffff000000",
  })
  void slotOfACall_isTheKindAndTheTag(Slot.Kind kind, int tag, String slot) {
    assertThat(String.format("%016x", Slot.of(kind, tag))).isEqualTo(slot);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "5, 5", "2147483647, 2147483647", "-1, 4294967295"})
  void slotOfMessages_isTheTagUnsigned(int tag, long slot) {
    assertThat(Slot.ofMessages(tag)).isEqualTo(slot);
  }
}
