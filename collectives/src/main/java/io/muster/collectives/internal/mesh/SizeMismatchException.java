package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.Slot;
import java.io.IOException;
import java.util.Locale;

/** The lengths of a send and of its matching receive do not agree. */
final class SizeMismatchException extends IOException {
  private static final long serialVersionUID = 1L;

  private SizeMismatchException(String message) {
    super(message);
  }

  /** Whether a message can be received into {@code room} bytes. */
  static boolean fits(long length, long room, long slot) {
    return length == room || (length < room && Slot.allowsShorter(slot));
  }

  /** The peer has announced a send whose length does not fit the receive of this rank. */
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

  /** The peer has announced a receive whose length does not fit the send of this rank. */
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
    return Slot.allowsShorter(slot) ? "" : "; all ranks must call it with equal lengths";
  }
}
