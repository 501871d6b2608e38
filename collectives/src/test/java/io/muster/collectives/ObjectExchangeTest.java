package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.store.Background;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects, and ranks that lie about their length. */
class ObjectExchangeTest {
  private static final int MAX_BYTES = 100;

  private static final ObjectCodec<String> TEXT =
      new ObjectCodec<>() {
        @Override
        public byte[] encode(String value) {
          return value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] bytes) {
          return new String(bytes, StandardCharsets.UTF_8);
        }
      };

  private final List<ProcessGroup> world = join(new HashStore());

  private static List<ProcessGroup> join(Store store) {
    return IntStream.of(0, 1)
        .mapToObj(
            rank ->
                Background.call(
                    () ->
                        new ProcessGroups()
                            .initProcessGroup(
                                ProcessGroupOptions.builder()
                                    .store(store)
                                    .rank(rank)
                                    .worldSize(2)
                                    .timeout(Ranks.TIMEOUT)
                                    .maxObjectBytes(MAX_BYTES)
                                    .environment(Map.of("GLOO_SOCKET_IFNAME", "lo"))
                                    .build())))
        .toList()
        .stream()
        .map(Background::result)
        .toList();
  }

  @AfterEach
  void close() {
    world.stream().map(rank -> Background.run(rank::close)).toList().forEach(Background::result);
  }

  @Test
  void allGatherObject_givesThoseOfAllRanks_whateverTheirLengths() {
    String longest = "x".repeat(MAX_BYTES);
    Background<List<String>> other =
        Background.call(() -> world.get(1).allGatherObject(longest, TEXT));

    assertThat(world.get(0).allGatherObject("", TEXT)).containsExactly("", longest);
    assertThat(other.result()).containsExactly("", longest);
  }

  @Test
  void allGatherObject_ofNothingButEmptyObjects_givesThem() {
    Background<List<String>> other = Background.call(() -> world.get(1).allGatherObject("", TEXT));

    assertThat(world.get(0).allGatherObject("", TEXT)).containsExactly("", "");
    assertThat(other.result()).containsExactly("", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "grüße"})
  void broadcastObject_givesThatOfTheRoot(String value) {
    Background<String> root = Background.call(() -> world.get(1).broadcastObject(value, 1, TEXT));

    assertThat(world.get(0).broadcastObject(null, 1, TEXT)).isEqualTo(value);
    assertThat(root.result()).isEqualTo(value);
  }

  @Test
  void broadcastObject_ofNull_isRefusedAndHarmsNothing() {
    ProcessGroup root = world.get(0);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> root.broadcastObject(null, 0, TEXT))
        .withMessageContaining("root must have a value");

    assertThatTheGroupIsOfUse();
  }

  @Test
  void broadcastObject_fromARankThatIsNone_isRefusedAndHarmsNothing() {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> world.get(0).broadcastObject("value", 2, TEXT));

    assertThatTheGroupIsOfUse();
  }

  @Test
  void objectOfThisRank_thatIsTooLong_isRefusedAndHarmsNothing() {
    String tooLong = "x".repeat(MAX_BYTES + 1);
    ProcessGroup group = world.get(0);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> group.allGatherObject(tooLong, TEXT))
        .withMessage("the object of rank 0 has 101 bytes; 100 is the most (maxObjectBytes)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> group.broadcastObject(tooLong, 0, TEXT))
        .withMessageContaining("maxObjectBytes");

    assertThatTheGroupIsOfUse();
  }

  private void assertThatTheGroupIsOfUse() {
    Background<Boolean> other = Background.run(world.get(1)::barrier);
    world.get(0).barrier();
    assertThat(other.result()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {MAX_BYTES + 1, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE, -1})
  void lengthThatAnotherRankClaims_isRefusedBeforeMemoryIsTaken(long length) {
    ProcessGroup liar = world.get(1);
    String words =
        "the object of rank 1 has %d bytes; 100 is the most (maxObjectBytes)".formatted(length);
    Background<Boolean> lying =
        Background.run(
            () -> {
              liar.broadcast(Tensor.of(new long[] {length}), 1);
              liar.allGather(Tensor.of(new long[2]), Tensor.of(new long[] {length}));
            });

    assertThatIllegalArgumentException()
        .isThrownBy(() -> world.get(0).broadcastObject(null, 1, TEXT))
        .withMessage(words);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> world.get(0).allGatherObject("value", TEXT))
        .withMessage(words);
    assertThat(lying.result()).isTrue();
  }
}
