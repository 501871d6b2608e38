package io.muster.collectives.internal.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Randomized;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SegmentsTest {
  @Test
  void allReduce_sixFloatsOfTwoRanks_areThreeSegmentsAndAnEmptyOne() {
    Segments segments = Segments.forAllReduce(24, 4, 2);

    assertThat(segments).isEqualTo(new Segments(24, 2, 2, 8));
    assertThat(lengths(segments)).containsExactly(8, 8, 8, 0);
  }

  @Test
  void allReduce_twelveMebibytesOfTwoRanks_areSixSegmentsARank() {
    assertThat(Segments.forAllReduce(12 << 20, 4, 2))
        .isEqualTo(new Segments(12 << 20, 2, 6, 1 << 20));
  }

  @Test
  void allReduce_oneByteMoreThanFits_shortensAllSegments() {
    Segments segments = Segments.forAllReduce((4 << 20) + 1, 1, 2);

    assertThat(segments).isEqualTo(new Segments((4 << 20) + 1, 2, 3, 699_051));
  }

  @Test
  void reduce_oneElementMoreThanFits_keepsTheSize() {
    Segments segments = Segments.forReduce((4 << 20) + 4, 4, 2);

    assertThat(segments).isEqualTo(new Segments((4 << 20) + 4, 2, 3, 1 << 20));
    assertThat(lengths(segments)).containsExactly(1 << 20, 1 << 20, 1 << 20, 1 << 20, 4, 0);
  }

  @Test
  void segments_ofAsMuchAsABufferHolds_coverItOnce() {
    for (int elementBytes : new int[] {1, 2, 4, 8}) {
      long total = (long) (Integer.MAX_VALUE / elementBytes) * elementBytes;
      for (int ranks : new int[] {2, 3, 7, 9, 1000}) {
        assertCovers(Segments.forAllReduce(total, elementBytes, ranks), elementBytes);
        assertCovers(Segments.forReduce(total, elementBytes, ranks), elementBytes);
      }
    }
  }

  @Test
  void segments_ofAnySize_coverTheBufferOnce() {
    Randomized.check(
        300,
        random -> {
          int elementBytes = 1 << random.nextInt(4);
          int ranks = 2 + random.nextInt(9);
          long total = elements(random) * elementBytes;
          assertCovers(Segments.forAllReduce(total, elementBytes, ranks), elementBytes);
          assertCovers(Segments.forReduce(total, elementBytes, ranks), elementBytes);
        });
  }

  private static long elements(SplittableRandom random) {
    return 1 + random.nextLong(1L << random.nextInt(28));
  }

  private static void assertCovers(Segments segments, int elementBytes) {
    assertThat(segments.bytes() % elementBytes).as(segments.toString()).isZero();
    assertThat(segments.bytes()).as(segments.toString()).isBetween(1, 1 << 20);
    assertThat(segments.perRank()).as(segments.toString()).isGreaterThanOrEqualTo(2);
    long end = 0;
    for (int i = 0; i < segments.count(); i++) {
      assertThat(segments.offset(i)).isEqualTo((long) i * segments.bytes());
      assertThat(segments.offset(i + segments.count())).isEqualTo(segments.offset(i));
      if (segments.length(i) > 0) {
        assertThat(segments.offset(i)).as(segments.toString()).isEqualTo(end);
        end += segments.length(i);
      }
    }
    assertThat(end).isEqualTo(segments.total());
    long chunks = 0;
    for (int rank = 0; rank < segments.ranks(); rank++) {
      if (segments.chunkLength(rank) > 0) {
        assertThat(segments.chunkOffset(rank)).as(segments.toString()).isEqualTo(chunks);
        chunks += segments.chunkLength(rank);
      }
    }
    assertThat(chunks).isEqualTo(segments.total());
  }

  private static List<Integer> lengths(Segments segments) {
    return IntStream.range(0, segments.count()).map(segments::length).boxed().toList();
  }
}
