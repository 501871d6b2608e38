package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;

/**
 * A buffer cut for a ring: one chunk a rank, each of the same number of segments, all segments of
 * the same size. The cut does not come out even, so the last of them end early or are empty. Empty
 * segments do not travel.
 *
 * @param total how many bytes the buffer has
 * @param ranks how many chunks there are
 * @param perRank how many segments a chunk has; two at least, so that one can travel while another
 *     is reduced
 * @param bytes the size of a segment
 */
record Segments(long total, int ranks, int perRank, int bytes) {
  private static final int LONGEST = 1 << 20;

  /** As Gloo's allreduce cuts: as few segments as can be, then as short as they can be. */
  static Segments forAllReduce(long total, int elementBytes, int ranks) {
    long atLeast = ceilDiv(total, longest(elementBytes));
    int perRank = (int) Math.max(2, ceilDiv(atLeast, ranks));
    long bytes = ceilDiv(total, (long) perRank * ranks);
    return new Segments(total, ranks, perRank, roundUp(bytes, elementBytes));
  }

  /** As Gloo's reduce cuts: first the size, then as many as it takes. */
  static Segments forReduce(long total, int elementBytes, int ranks) {
    long half = ceilDiv(total, 2L * ranks);
    int bytes = roundUp(Math.min(half, longest(elementBytes)), elementBytes);
    int perRank = (int) Math.max(2, ceilDiv(ceilDiv(total, bytes), ranks));
    return new Segments(total, ranks, perRank, bytes);
  }

  /** How many segments there are. */
  int count() {
    return ranks * perRank;
  }

  /** Where a segment begins, which may be beyond the end. Indices wrap around. */
  long offset(int index) {
    return (long) (index % count()) * bytes;
  }

  /** How many bytes a segment has; 0 if it is beyond the end. */
  int length(int index) {
    return clamp(bytes, offset(index));
  }

  /** Where the chunk of a rank begins, which may be beyond the end. */
  long chunkOffset(int rank) {
    return offset(rank * perRank);
  }

  /** How many bytes the chunk of a rank has; 0 if it is beyond the end. */
  int chunkLength(int rank) {
    return clamp((long) perRank * bytes, chunkOffset(rank));
  }

  /** A segment's place in the buffer. It must not be empty. */
  ByteBuffer segment(ByteBuffer buffer, int index) {
    return Slice.of(buffer, (int) offset(index), length(index));
  }

  /** The place of a rank's chunk in the buffer. It must not be empty. */
  ByteBuffer chunk(ByteBuffer buffer, int rank) {
    return Slice.of(buffer, (int) chunkOffset(rank), chunkLength(rank));
  }

  private int clamp(long length, long offset) {
    return (int) Math.max(0, Math.min(length, total - offset));
  }

  private static int longest(int elementBytes) {
    return elementBytes * Math.max(1, LONGEST / elementBytes);
  }

  private static long ceilDiv(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  private static int roundUp(long value, int multiple) {
    return (int) (ceilDiv(value, multiple) * multiple);
  }
}
