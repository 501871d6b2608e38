package io.muster.collectives.internal.wire;

/** The numbers that tell apart the streams of messages between two ranks. */
public final class Slot {
  private Slot() {}

  /** The collectives, by the number in front of their slots. */
  public enum Kind {
    /** Gather. */
    GATHER(1),
    /** All-gather. */
    ALL_GATHER(2),
    /** Reduce. */
    REDUCE(3),
    /** All-reduce, and what is made of it. */
    ALL_REDUCE(4),
    /** Scatter. */
    SCATTER(5),
    /** Broadcast. */
    BROADCAST(6),
    /** Barrier. */
    BARRIER(7),
    /** All-to-all. */
    ALL_TO_ALL(8);

    private final int prefix;

    Kind(int prefix) {
      this.prefix = prefix;
    }
  }

  /** The slot of a call of a collective; the tag counts the calls and is unsigned. */
  public static long of(Kind kind, int tag) {
    return (long) kind.prefix << 56 | Integer.toUnsignedLong(tag) << 24;
  }

  /**
   * Whether a message on the slot may be shorter than the room for it. Gloo allows that everywhere;
   * where it has a meaning, so does Muster: for messages of the caller's and for broadcasts.
   */
  public static boolean allowsShorter(long slot) {
    long prefix = slot >>> 56;
    return prefix == 0 || prefix == Kind.BROADCAST.prefix;
  }

  /** The slot of messages from one rank to another, which is the tag that the caller gives. */
  public static long ofMessages(int tag) {
    return Integer.toUnsignedLong(tag);
  }
}
