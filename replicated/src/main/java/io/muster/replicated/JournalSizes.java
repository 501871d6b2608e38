package io.muster.replicated;

/**
 * The sizes of a journal, in bytes.
 *
 * @param batch the longest batch
 * @param segment the length from which on a new file of the log is begun; Ratis keeps the latest
 *     files in memory, too
 * @param snapshot the length of the log after the last snapshot from which on another is taken, if
 *     the last one is not longer
 */
record JournalSizes(int batch, long segment, long snapshot) {
  /** A value of 8 MiB and what is expected instead of it, which is as long, with their key. */
  private static final int BATCH = 20 << 20;

  private static final long MIN_SEGMENT = 1 << 20;
  private static final long MAX_SEGMENT = 16 << 20;
  private static final int SEGMENT_PART = 64;
  private static final int SEGMENTS_BETWEEN_SNAPSHOTS = 8;

  /** The sizes for the heap of this JVM. */
  static JournalSizes ofHeap() {
    long part = Runtime.getRuntime().maxMemory() / SEGMENT_PART;
    long segment = Math.max(MIN_SEGMENT, Math.min(part, MAX_SEGMENT));
    return new JournalSizes(BATCH, segment, SEGMENTS_BETWEEN_SNAPSHOTS * segment);
  }
}
