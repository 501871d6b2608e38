package io.muster.collectives.internal.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.collectives.internal.algorithm.Floats.Operator;
import io.muster.collectives.internal.algorithm.MemoryWorld.Delivery;
import io.muster.fixtures.Randomized;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReduceTest {
  private static final int MEBI = (1 << 20) / Floats.BYTES;

  @ParameterizedTest
  @EnumSource
  void reduce_anySize_sendsAndComputesWhatGlooDoes(Delivery delivery) {
    for (int n = 1; n <= 9; n++) {
      for (int elements : new int[] {0, 1, 2, 7, 2 * n - 1, 2 * n, 2 * n + 1, 10 * n - 3, 1001}) {
        check(n, elements, elements % n, delivery, new SplittableRandom(n * 10_000L + elements));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void reduce_anySchedule_sendsAndComputesWhatGlooDoes(Delivery delivery) {
    Randomized.check(
        100,
        random -> {
          int n = 2 + random.nextInt(4);
          check(n, 1 + random.nextInt(60), random.nextInt(n), delivery, random);
        });
  }

  @ParameterizedTest
  @EnumSource
  void reduce_moreThanTwoSegmentsARank_sendsThoseOfNoUseAsWell(Delivery delivery) {
    for (int root = 0; root < 3; root++) {
      check(2, 4 * MEBI + 1, root % 2, delivery, new SplittableRandom(root));
      check(3, 9 * MEBI - 5, root, delivery, new SplittableRandom(root));
    }
    check(2, 12 * MEBI + 5, 1, delivery, new SplittableRandom(12));
  }

  private static void check(
      int n, int elements, int root, Delivery delivery, SplittableRandom random) {
    float[][] numbers = Floats.random(random, n, elements);
    List<ByteBuffer> data = Stream.of(numbers).map(Floats::direct).toList();

    MemoryWorld world =
        MemoryWorld.run(
            n,
            delivery,
            random.nextLong(),
            channel -> Reduce.run(channel, data.get(channel.rank()), root, Operator.SKEWED));

    Traffic expected = GlooLoops.reduce(numbers, root, Operator.SKEWED);
    assertThat(world.traffic()).as("%d elements, %d ranks", elements, n).isEqualTo(expected);
    for (int rank = 0; rank < n; rank++) {
      assertThat(Floats.of(data.get(rank)))
          .as("%d elements, root %d, rank %d of %d", elements, root, rank, n)
          .isEqualTo(numbers[rank]);
    }
  }

  @Test
  void sum_ofChunk_beginsBelowItsRankAndGoesDown() {
    float[][] numbers = Floats.random(new SplittableRandom(4), 4, 80);
    List<ByteBuffer> data = Stream.of(numbers).map(Floats::direct).toList();

    MemoryWorld.run(
        4,
        Delivery.ANY_TIME,
        4,
        channel -> Reduce.run(channel, data.get(channel.rank()), 2, Operator.SUM));

    float[] expected = new float[80];
    for (int i = 0; i < expected.length; i++) {
      int c = i / 20;
      float sum = numbers[(c + 3) % 4][i];
      sum = numbers[(c + 2) % 4][i] + sum;
      sum = numbers[(c + 1) % 4][i] + sum;
      expected[i] = numbers[c][i] + sum;
    }
    assertThat(Floats.of(data.get(2))).isEqualTo(expected);
  }
}
