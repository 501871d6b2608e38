package io.muster.collectives.internal.wire;

import java.util.Locale;

/** The numbers of the message streams between two ranks. */
public final class Slot {
  private Slot() {}

  /** The collectives, each with the prefix of its slots. */
  public enum Kind {
    /** Gather. */
    GATHER(1, "gather"),
    /** All-gather. */
    ALL_GATHER(2, "allGather"),
    /** Reduce. */
    REDUCE(3, "reduce"),
    /** All-reduce, and collectives that use it. */
    ALL_REDUCE(4, "allReduce"),
    /** Scatter. */
    SCATTER(5, "scatter"),
    /** Broadcast. */
    BROADCAST(6, "broadcast"),
    /** Barrier. */
    BARRIER(7, "barrier"),
    /** All-to-all. */
    ALL_TO_ALL(8, "allToAll");

    private final int prefix;
    private final String method;

    Kind(int prefix, String method) {
      this.prefix = prefix;
      this.method = method;
    }
  }

  /** The slot of a collective. Its tag is its position in the order of calls, and unsigned. */
  public static long of(Kind kind, int tag) {
    return (long) kind.prefix << 56 | Integer.toUnsignedLong(tag) << 24;
  }

  /** Describes the messages of a slot, as in "a message of broadcast (call 3)". */
  public static String describe(long slot) {
    long prefix = slot >>> 56;
    for (Kind kind : Kind.values()) {
      if (kind.prefix == prefix) {
        return String.format(
            Locale.ROOT,
            "a message of %s (call %s)",
            kind.method,
            Integer.toUnsignedString((int) (slot >>> 24)));
      }
    }
    return "a message with tag " + Long.toUnsignedString(slot);
  }

  /**
   * Whether a message of the slot may be shorter than the buffer of its receive. Gloo allows that
   * for all messages, and Muster for point-to-point messages and broadcasts, where it has a
   * meaning.
   */
  public static boolean allowsShorter(long slot) {
    long prefix = slot >>> 56;
    return prefix == 0 || prefix == Kind.BROADCAST.prefix;
  }

  /** The slot of point-to-point messages: the tag that the caller gives. */
  public static long ofMessages(int tag) {
    return Integer.toUnsignedLong(tag);
  }
}
