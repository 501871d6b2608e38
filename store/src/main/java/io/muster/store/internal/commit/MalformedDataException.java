package io.muster.store.internal.commit;

import java.io.IOException;

/** Bytes that are no batch or no snapshot, or that a later version has written. */
public final class MalformedDataException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long position;

  MalformedDataException(long position, String message) {
    super(message + " at byte " + position);
    this.position = position;
  }

  /** The number of bytes before the one that is wrong. */
  public long position() {
    return position;
  }
}
