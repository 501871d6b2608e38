package io.muster.collectives.internal.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.collectives.internal.algorithm.Floats.Operator;
import io.muster.collectives.internal.algorithm.MemoryWorld.Delivery;
import io.muster.fixtures.Randomized;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AllReduceTest {
  private static final int MEBI = (1 << 20) / Floats.BYTES;

  @ParameterizedTest
  @EnumSource
  void allReduce_anySize_sendsAndComputesWhatGlooDoes(Delivery delivery) {
    for (int n = 1; n <= 9; n++) {
      for (int elements : new int[] {0, 1, 2, 6, 2 * n - 1, 2 * n, 2 * n + 1, 10 * n - 3, 1001}) {
        check(n, elements, delivery, new SplittableRandom(n * 10_000L + elements));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void allReduce_anySchedule_sendsAndComputesWhatGlooDoes(Delivery delivery) {
    Randomized.check(
        200, random -> check(2 + random.nextInt(4), 1 + random.nextInt(60), delivery, random));
  }

  @ParameterizedTest
  @EnumSource
  void allReduce_aboutTheLongestSegments_sendsAndComputesWhatGlooDoes(Delivery delivery) {
    for (int n = 2; n <= 3; n++) {
      for (int elements : new int[] {2 * n * MEBI - 1, 2 * n * MEBI, 2 * n * MEBI + 1}) {
        check(n, elements, delivery, new SplittableRandom(elements));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void allReduce_moreThanTheScratchHolds_sendsAndComputesWhatGlooDoes(Delivery delivery) {
    check(2, 12 * MEBI + 5, delivery, new SplittableRandom(12));
    check(3, 9 * MEBI - 1, delivery, new SplittableRandom(9));
  }

  private static void check(int n, int elements, Delivery delivery, SplittableRandom random) {
    for (Operator operator : Operator.values()) {
      float[][] numbers = Floats.random(random, n, elements);
      List<ByteBuffer> data = Stream.of(numbers).map(Floats::direct).toList();

      MemoryWorld world =
          MemoryWorld.run(
              n,
              delivery,
              random.nextLong(),
              channel -> AllReduce.run(channel, data.get(channel.rank()), operator));

      Traffic expected = GlooLoops.allReduce(numbers, operator);
      assertThat(world.traffic()).as("%d elements, %d ranks", elements, n).isEqualTo(expected);
      for (int rank = 0; rank < n; rank++) {
        assertThat(Floats.of(data.get(rank)))
            .as("%s of %d elements, rank %d of %d", operator, elements, rank, n)
            .isEqualTo(numbers[rank]);
        assertThat(numbers[rank]).isEqualTo(numbers[0]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 8", "3, 2", "5, 3", "9, 4"})
  void sum_ofChunk_beginsBelowItsRankAndGoesDown(int n, int segment) {
    int chunk = 2 * segment;
    float[][] numbers = Floats.random(new SplittableRandom(n), n, n * chunk);
    List<ByteBuffer> data = Stream.of(numbers).map(Floats::direct).toList();

    MemoryWorld.run(
        n,
        Delivery.ANY_TIME,
        n,
        channel -> AllReduce.run(channel, data.get(channel.rank()), Operator.SUM));

    float[] expected = new float[n * chunk];
    for (int i = 0; i < expected.length; i++) {
      int c = i / chunk;
      float sum = numbers[(c - 1 + n) % n][i];
      for (int k = 2; k <= n; k++) {
        sum = numbers[(c - k + n) % n][i] + sum;
      }
      expected[i] = sum;
    }
    for (ByteBuffer result : data) {
      assertThat(Floats.of(result)).isEqualTo(expected);
    }
  }

  @Test
  void traffic_sixFloatsOfTwoRanks_isWhatWasCaptured() {
    List<ByteBuffer> data =
        List.of(Floats.direct(0, 1, 2, 3, 4, 5), Floats.direct(100, 101, 102, 103, 104, 105));

    MemoryWorld world =
        MemoryWorld.run(
            2,
            Delivery.EARLY,
            1,
            channel -> AllReduce.run(channel, data.get(channel.rank()), Operator.SUM));

    assertThat(world.traffic().messages())
        .isEqualTo(
            Map.of(
                "0 sends to 1", List.of(8L, 8L, 8L),
                "0 receives from 1", List.of(8L, 8L, 8L),
                "1 sends to 0", List.of(8L, 8L, 8L),
                "1 receives from 0", List.of(8L, 8L, 8L)));
    assertThat(Floats.of(data.get(0))).containsExactly(100, 102, 104, 106, 108, 110);
  }

  @Test
  void receives_ofSmallData_areAllPostedBeforeTheFirstWait() {
    int n = 5;

    MemoryWorld world = runZeros(n, 1000);

    for (int rank = 0; rank < n; rank++) {
      assertThat(world.receivesBeforeWaiting(rank)).isEqualTo(2 * 2 * (n - 1));
    }
  }

  @Test
  void scratch_ofLargeData_isTwoMebibytes() {
    MemoryWorld world = runZeros(2, 12 * MEBI);

    assertThat(world.scratchBytes(0)).isEqualTo(2 << 20);
    assertThat(world.receivesBeforeWaiting(0)).isEqualTo(2);
  }

  private static MemoryWorld runZeros(int n, int elements) {
    return MemoryWorld.run(
        n,
        Delivery.LATE,
        1,
        channel -> AllReduce.run(channel, Floats.direct(new float[elements]), Operator.SUM));
  }

  @Test
  void data_outsideOfTheBuffer_staysAsItIs() {
    byte[][] around = new byte[3][2];

    MemoryWorld.run(
        3,
        Delivery.ANY_TIME,
        1,
        channel -> {
          ByteBuffer data = Floats.direct(new float[20]);
          data.put(data.position(), new byte[] {7, 7}).position(5).limit(5 + 64);
          data.put(3, (byte) 7).put(4, (byte) 7);
          AllReduce.run(channel, data, Operator.SUM);
          data.clear().get(3, around[channel.rank()]);
        });

    assertThat(Arrays.asList(around)).allMatch(bytes -> bytes[0] == 7 && bytes[1] == 7);
  }
}
