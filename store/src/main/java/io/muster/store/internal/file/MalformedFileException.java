package io.muster.store.internal.file;

import java.io.IOException;
import java.util.HexFormat;
import java.util.Locale;

/** The file is not a store's, or is damaged. */
public final class MalformedFileException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN_BYTES = 16;

  MalformedFileException(String message) {
    super(message);
  }

  /** There are other bytes where a record should begin. */
  static MalformedFileException noRecord(long offset, long keyLength, byte[] key) {
    return new MalformedFileException(
        String.format(
            Locale.ROOT,
            "the file is damaged at byte %d or before: a record should begin there, but what"
                + " follows (a key of %d bytes that begins with 0x%s) cannot be one; the file is"
                + " left as it is",
            offset,
            keyLength,
            HexFormat.of().formatHex(key, 0, Math.min(key.length, SHOWN_BYTES))));
  }

  /** The lengths of a record place its end after the file or within a later record. */
  static MalformedFileException followed(long offset, long length, String what, long whatAt) {
    return new MalformedFileException(
        String.format(
            Locale.ROOT,
            "the record at byte %d is damaged: its lengths leave an incomplete record at the end of"
                + " the file, which has %d bytes, but a whole %s begins at byte %d; the file is"
                + " left as it is",
            offset,
            length,
            what,
            whatAt));
  }
}
