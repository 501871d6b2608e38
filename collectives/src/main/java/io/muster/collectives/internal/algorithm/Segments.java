package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;

/**
 * The segments of a buffer for a {@link Ring}. The buffer has one chunk per rank, and each chunk
 * has the same number of segments of the same size. The last segments of the buffer may be shorter,
 * or empty. Empty segments are not sent.
 *
 * @param total the length of the buffer, in bytes
 * @param ranks the number of chunks
 * @param perRank the number of segments per chunk; at least two, so that one can be sent while
 *     another is reduced
 * @param bytes the size of a segment
 */
record Segments(long total, int ranks, int perRank, int bytes) {
  private static final int MAX_BYTES = 1 << 20;

  /** The segments of Gloo's allreduce: as few as possible, and then as short as possible. */
  static Segments forAllReduce(long total, int elementBytes, int ranks) {
    long atLeast = ceilDiv(total, maxBytes(elementBytes));
    int perRank = (int) Math.max(2, ceilDiv(atLeast, ranks));
    long bytes = ceilDiv(total, (long) perRank * ranks);
    return new Segments(total, ranks, perRank, roundUp(bytes, elementBytes));
  }

  /** The segments of Gloo's reduce: the size is chosen first, and the number follows from it. */
  static Segments forReduce(long total, int elementBytes, int ranks) {
    long half = ceilDiv(total, 2L * ranks);
    int bytes = roundUp(Math.min(half, maxBytes(elementBytes)), elementBytes);
    int perRank = (int) Math.max(2, ceilDiv(ceilDiv(total, bytes), ranks));
    return new Segments(total, ranks, perRank, bytes);
  }

  /** The number of segments of all chunks. */
  int count() {
    return ranks * perRank;
  }

  /** The offset of a segment, which may be beyond the end of the buffer. Indices wrap around. */
  long offset(int index) {
    return (long) (index % count()) * bytes;
  }

  /** The length of a segment; 0 if it is beyond the end of the buffer. */
  int length(int index) {
    return clamp(bytes, offset(index));
  }

  /** The offset of a rank's chunk, which may be beyond the end of the buffer. */
  long chunkOffset(int rank) {
    return offset(rank * perRank);
  }

  /** The length of a rank's chunk; 0 if it is beyond the end of the buffer. */
  int chunkLength(int rank) {
    return clamp((long) perRank * bytes, chunkOffset(rank));
  }

  /** The bytes of a segment, which must not be empty. */
  ByteBuffer segment(ByteBuffer buffer, int index) {
    return Slice.of(buffer, (int) offset(index), length(index));
  }

  /** The bytes of a rank's chunk, which must not be empty. */
  ByteBuffer chunk(ByteBuffer buffer, int rank) {
    return Slice.of(buffer, (int) chunkOffset(rank), chunkLength(rank));
  }

  private int clamp(long length, long offset) {
    return (int) Math.max(0, Math.min(length, total - offset));
  }

  private static int maxBytes(int elementBytes) {
    return elementBytes * Math.max(1, MAX_BYTES / elementBytes);
  }

  private static long ceilDiv(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  private static int roundUp(long value, int multiple) {
    return (int) (ceilDiv(value, multiple) * multiple);
  }
}
