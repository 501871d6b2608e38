package io.muster.replicated;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Finds out what the end of a log is worth after a crash. A record that is incomplete and the last
 * one was never acknowledged, because a batch is acknowledged once its record is forced to the
 * disk, and the next one is written afterwards: it is cut off. If a complete record follows, the
 * file is damaged, and nothing is changed.
 *
 * <p>A file of Ratis begins with 8 bytes, and consists of records: the length as a variable-length
 * int, so many bytes, and a CRC-32C of both. Zeros follow, which were allocated in advance.
 */
final class LogTail {
  private static final Logger LOG = System.getLogger("io.muster.replicated");

  private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
  private static final String OPEN_FILE = "log_inprogress_";

  /** A record begins with its term, the first field of its protocol buffer. */
  private static final byte TERM_TAG = 1 << 3;

  private static final int MAX_VARINT = 5;
  private static final int VARINT_BITS = 7;

  /** The search for a record after a damaged one ends after so many bytes of checksums. */
  private static final long MAX_SEARCH = 256L << 20;

  private final Path file;
  private final ByteBuffer bytes;
  private final int maxRecord;

  private LogTail(Path file, ByteBuffer bytes, int maxRecord) {
    this.file = file;
    this.bytes = bytes;
    this.maxRecord = maxRecord;
  }

  /**
   * Cuts off an incomplete record at the end of the newest file of a log.
   *
   * @param log the directory of the log, which need not exist
   * @throws IOException if the file is damaged; the message names it, and says what helps
   */
  static void repair(Path log, int maxRecord) throws IOException {
    if (!Files.isDirectory(log)) {
      return;
    }
    List<Path> open;
    try (Stream<Path> files = Files.list(log)) {
      open =
          files.filter(file -> String.valueOf(file.getFileName()).startsWith(OPEN_FILE)).toList();
    }
    for (Path file : open) {
      repairFile(file, maxRecord);
    }
  }

  private static void repairFile(Path file, int maxRecord) throws IOException {
    int end;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      end = new LogTail(file, bytes, maxRecord).endOfRecords();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (end >= 0) {
        LOG.log(
            Level.WARNING,
            "{0}: the last write was incomplete and not acknowledged; {1} bytes are cut off",
            file,
            channel.size() - end);
        channel.truncate(end);
      }
      // A kill may have come before the force, and Ratis takes what it reads for forced.
      channel.force(true);
    }
  }

  /** Where something follows the last record that must be cut off; -1 if nothing does. */
  private int endOfRecords() throws IOException {
    if (bytes.capacity() < HEADER.length || !startsWithHeader()) {
      // Ratis knows what to do with a file whose first bytes were never written.
      return -1;
    }
    int end = HEADER.length;
    for (int length = record(end); length > 0; length = record(end)) {
      end += length;
    }
    int last = bytes.capacity() - 1;
    while (last >= end && bytes.get(last) == 0) {
      last--;
    }
    if (last < end) {
      return -1;
    }
    requireNoRecord(end, last);
    return end;
  }

  private boolean startsWithHeader() {
    for (int i = 0; i < HEADER.length; i++) {
      if (bytes.get(i) != HEADER[i]) {
        return false;
      }
    }
    return true;
  }

  private void requireNoRecord(int end, int last) throws IOException {
    long searched = 0;
    for (int at = end + 1; at < last && searched < MAX_SEARCH; at++) {
      int length = length(at);
      if (length > 0) {
        searched += length;
        if (record(at) > 0) {
          throw new IOException(
              file
                  + " is damaged at byte "
                  + end
                  + ", and has acknowledged writes after it; restore the directory from a backup");
        }
      }
    }
  }

  /** The length of the whole record at a position; 0 if there is none. */
  private int record(int at) {
    int length = length(at);
    if (length == 0) {
      return 0;
    }
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.slice(at, length - Integer.BYTES));
    return bytes.getInt(at + length - Integer.BYTES) == (int) checksum.getValue() ? length : 0;
  }

  /** The length that the record at a position would have; 0 if there can be none. */
  private int length(int at) {
    int length = 0;
    for (int i = 0; i < MAX_VARINT && at + i < bytes.capacity(); i++) {
      byte part = bytes.get(at + i);
      length |= (part & 0x7f) << (VARINT_BITS * i);
      if (part >= 0) {
        int begin = at + i + 1;
        long whole = i + 1L + length + Integer.BYTES;
        boolean canBe =
            length > 0
                && length <= maxRecord
                && at + whole <= bytes.capacity()
                && bytes.get(begin) == TERM_TAG;
        return canBe ? (int) whole : 0;
      }
    }
    return 0;
  }
}
