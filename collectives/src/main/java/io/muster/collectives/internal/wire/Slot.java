package io.muster.collectives.internal.wire;

import java.util.Locale;

/** The numbers that tell apart the streams of messages between two ranks. */
public final class Slot {
  private Slot() {}

  /** The collectives, by the number in front of their slots. */
  public enum Kind {
    /** Gather. */
    GATHER(1, "gather"),
    /** All-gather. */
    ALL_GATHER(2, "allGather"),
    /** Reduce. */
    REDUCE(3, "reduce"),
    /** All-reduce, and what is made of it. */
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
    private final String words;

    Kind(int prefix, String words) {
      this.prefix = prefix;
      this.words = words;
    }
  }

  /** The slot of a call of a collective; the tag counts the calls and is unsigned. */
  public static long of(Kind kind, int tag) {
    return (long) kind.prefix << 56 | Integer.toUnsignedLong(tag) << 24;
  }

  /** What the messages of a slot are for, in words such as "a message of broadcast (call 3)". */
  public static String describe(long slot) {
    long prefix = slot >>> 56;
    for (Kind kind : Kind.values()) {
      if (kind.prefix == prefix) {
        return String.format(
            Locale.ROOT,
            "a message of %s (call %s)",
            kind.words,
            Integer.toUnsignedString((int) (slot >>> 24)));
      }
    }
    return "a message with tag " + Long.toUnsignedString(slot);
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
