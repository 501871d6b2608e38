package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Collectives of objects, with a codec of the test. */
class ObjectExchangeTest {
  private static final int MAX_BYTES = 10;

  private static final ObjectCodec<String> TEXT =
      new ObjectCodec<>() {
        @Override
        public byte[] encode(String value) {
          if (value.startsWith("!")) {
            throw new UnsupportedOperationException(value);
          }
          return value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] bytes) {
          String value = new String(bytes, StandardCharsets.UTF_8);
          if (value.startsWith("?")) {
            throw new UnsupportedOperationException(value);
          }
          return value;
        }
      };

  private static void run(int size, Consumer<ProcessGroup> body) {
    Ranks.run(size, options -> options.maxObjectBytes(MAX_BYTES), body);
  }

  @Test
  void allGatherObject_givesTheObjectsOfAllRanks() {
    run(
        3,
        group ->
            assertThat(group.allGatherObject("é".repeat(group.rank()), TEXT))
                .containsExactly("", "é", "éé"));
  }

  @Test
  void broadcastObject_givesTheRoots() {
    run(
        3,
        group ->
            assertThat(group.broadcastObject(group.rank() == 1 ? "one" : null, 1, TEXT))
                .isEqualTo("one"));
  }

  @Test
  void emptyObjects_areObjects() {
    run(
        2,
        group -> {
          assertThat(group.allGatherObject("", TEXT)).containsExactly("", "");
          assertThat(group.broadcastObject("", 0, TEXT)).isEmpty();
        });
  }

  @Test
  void rootWithoutAValue_isRefused() {
    run(
        1,
        group ->
            assertThatIllegalArgumentException()
                .isThrownBy(() -> group.broadcastObject(null, 0, TEXT)));
  }

  @Test
  void objectThatIsTooLong_isRefusedByAll_andTheGroupGoesOn() {
    run(
        2,
        group -> {
          String value = "x".repeat(MAX_BYTES + group.rank());
          assertThatIllegalArgumentException()
              .isThrownBy(() -> group.allGatherObject(value, TEXT))
              .withMessage("the object of rank 1 has 11 bytes; the maximum is 10 (maxObjectBytes)");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> group.broadcastObject(value, 1, TEXT))
              .withMessageContaining("rank 1 has 11 bytes");
          assertThat(group.allGatherObject("ok", TEXT)).containsExactly("ok", "ok");
        });
  }

  @Test
  void lengthThatIsNonsense_isRefusedBeforeMemoryIsTaken() {
    for (long length : new long[] {Long.MAX_VALUE, 1L << 40, -5}) {
      run(
          2,
          group -> {
            if (group.rank() == 1) {
              group.allGather(Tensor.of(new long[2]), Tensor.of(new long[] {length}));
              group.broadcast(Tensor.of(new long[] {length}), 1);
              return;
            }
            assertThatIllegalArgumentException()
                .isThrownBy(() -> group.allGatherObject("ok", TEXT))
                .withMessageContaining("rank 1 has " + length + " bytes");
            assertThatIllegalArgumentException()
                .isThrownBy(() -> group.broadcastObject(null, 1, TEXT))
                .withMessageContaining("rank 1 has " + length + " bytes");
          });
    }
  }

  @Test
  void objectsThatTogetherExceedABuffer_areRefusedBeforeMemoryIsTaken() {
    Ranks.run(
        3,
        options -> options.maxObjectBytes(Integer.MAX_VALUE),
        group -> {
          if (group.rank() == 1) {
            group.allGather(Tensor.of(new long[3]), Tensor.of(new long[] {1L << 30}));
            return;
          }
          assertThatIllegalArgumentException()
              .isThrownBy(() -> group.allGatherObject("ok", TEXT))
              .withMessageContaining("3 objects of up to 1073741824 bytes");
        });
  }

  @Test
  void codecThatCannotEncode_failsThatRankAsItDoesAndTellsTheOthers() {
    run(
        2,
        group -> {
          String value = group.rank() == 1 ? "!" : "ok";
          for (int call = 0; call < 2; call++) {
            boolean gather = call == 0;
            assertThatThrownBy(
                    () -> {
                      if (gather) {
                        List<String> unused = group.allGatherObject(value, TEXT);
                      } else {
                        String unused = group.broadcastObject(value, 1, TEXT);
                      }
                    })
                .isInstanceOf(
                    group.rank() == 1
                        ? UnsupportedOperationException.class
                        : IllegalArgumentException.class)
                .hasMessage(group.rank() == 1 ? "!" : "rank 1 could not encode its object");
          }
          assertThat(group.allGatherObject("ok", TEXT)).containsExactly("ok", "ok");
        });
  }

  @Test
  void codecThatCannotDecode_failsAsItDoes_andTheGroupGoesOn() {
    run(
        2,
        group -> {
          assertThatThrownBy(() -> group.allGatherObject("?", TEXT))
              .isInstanceOf(UnsupportedOperationException.class);
          assertThat(group.allGatherObject("ok", TEXT)).containsExactly("ok", "ok");
        });
  }

  @Test
  void manyObjects_oneAfterTheOther() {
    run(
        4,
        group ->
            IntStream.range(0, 50)
                .forEach(
                    i ->
                        assertThat(group.allGatherObject(group.rank() + "/" + i, TEXT))
                            .containsExactly("0/" + i, "1/" + i, "2/" + i, "3/" + i)));
  }
}
