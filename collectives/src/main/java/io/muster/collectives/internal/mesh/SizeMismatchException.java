package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.Slot;
import java.io.IOException;
import java.util.Locale;

/** A message does not fit the room that the other rank has for it, or the other way round. */
final class SizeMismatchException extends IOException {
  private static final long serialVersionUID = 1L;

  private SizeMismatchException(String message) {
    super(message);
  }

  /** Whether a message and the room for it go together. */
  static boolean fits(long length, long room, long slot) {
    return length == room || (length < room && Slot.allowsShorter(slot));
  }

  /** The peer has announced a message for which this rank has other room. */
  static SizeMismatchException ofReceipt(long slot, long announced, long room) {
    return new SizeMismatchException(
        String.format(
            Locale.ROOT,
            "sends %d bytes where this rank expects %d, as %s%s",
            announced,
            room,
            Slot.describe(slot),
            advice(slot)));
  }

  /** The peer has asked for a message, but has other room for it. */
  static SizeMismatchException ofSend(long slot, long length, long wanted) {
    return new SizeMismatchException(
        String.format(
            Locale.ROOT,
            "expects %d bytes where this rank sends %d, as %s%s",
            wanted,
            length,
            Slot.describe(slot),
            advice(slot)));
  }

  private static String advice(long slot) {
    return Slot.allowsShorter(slot) ? "" : "; the ranks have called it with different lengths";
  }
}
