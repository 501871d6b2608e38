package io.muster.store.internal.file;

import io.muster.store.internal.jna.Jna;
import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.text.PrintableText;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The log of records at a path, and the state that the records result in. The state is updated from
 * the file under its lock; only new records are read. The file may be deleted, truncated or
 * replaced at any time: a missing file has no keys, and another file is read from its beginning.
 * Keys are in the form of the file. Not thread-safe.
 */
public final class FileLog implements Closeable {
  /** The beginning of every store's file: a store first counts itself. */
  private static final byte[] BEGINNING =
      "\u0009\0\0\0refcount/".getBytes(StandardCharsets.US_ASCII);

  private static final long UNKNOWN = -1;
  private static final Logger LOGGER = System.getLogger(FileLog.class.getName());

  private final Path path;
  private final LogState state;
  private @Nullable OpenFile file;

  /** The length of the file when it was last locked. */
  private long length;

  /**
   * The modification time of the file that {@link #state} corresponds to, or {@link #UNKNOWN}
   * between a write and the next check.
   */
  private long modified = UNKNOWN;

  /** The length of the file when an incomplete record was last found at its end. */
  private long lengthWhenTorn = UNKNOWN;

  /**
   * Creates the log at {@code path} without reading it. {@code onPut} gets the key of each record
   * that sets a key, when this log reads or writes the record.
   *
   * @throws IOException if JNA cannot be used
   * @throws UnsupportedOperationException on Windows
   */
  public FileLog(Path path, Consumer<Key> onPut) throws IOException {
    Flock.requireSupported();
    Jna.requireLoaded();
    this.path = path;
    this.state = new LogState(onPut);
  }

  /** A change that depends on the state, and is written atomically. */
  public interface Change<T> {
    /** Adds the records that follow from {@link #values} to {@code records}. */
    T apply(Records records) throws IOException;
  }

  /** The values by key as of the last call, which the caller must not modify. */
  public Map<Key, byte[]> values() {
    return state.values();
  }

  /** Reads new records. Takes the lock if there are any, or if it is needed to find out. */
  public void refresh() throws IOException {
    if (isUpToDate()) {
      return;
    }
    OpenFile open = lock(Mode.SHARED, OpenFile::existing);
    if (open != null) {
      unlockAfter(
          open,
          () -> {
            readNew(open);
            return true;
          });
    }
  }

  /**
   * Reads new records and changes the log under the exclusive lock. Creates the file if necessary.
   */
  public <T> T change(Change<T> change) throws IOException {
    while (true) {
      Optional<T> result = change(OpenFile::existingOrNew, change);
      if (result.isPresent()) {
        return result.get();
      }
    }
  }

  /** {@link #change}, or empty if there is no file. */
  public <T> Optional<T> changeIfThere(Change<T> change) throws IOException {
    return change(OpenFile::existing, change);
  }

  /** Removes the file. Called within a {@link Change}. */
  public void removeFile() throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public void close() throws IOException {
    OpenFile closing = file;
    file = null;
    modified = UNKNOWN;
    lengthWhenTorn = UNKNOWN;
    if (closing != null) {
      closing.close();
    }
  }

  private <T> Optional<T> change(Opening opening, Change<T> change) throws IOException {
    OpenFile open = lock(Mode.EXCLUSIVE, opening);
    if (open == null) {
      return Optional.empty();
    }
    return unlockAfter(
        open,
        () -> {
          readNew(open);
          truncateTornTail(open);
          Records records = new Records();
          T result = change.apply(records);
          write(open, records);
          return Optional.of(result);
        });
  }

  /**
   * Whether the file ends where the state ends, without the lock. A complete record makes the file
   * longer and is never removed, so the state misses none. An incomplete record also makes the file
   * longer; only the lock then shows whether its writer is alive.
   */
  private boolean isUpToDate() throws IOException {
    OpenFile open = file;
    return open != null
        && open.identity().isKnownWithoutLock()
        && closeOnFailure(
            () ->
                open.identity().length() == state.end()
                    && isUnmodified(open.identity().modified()));
  }

  /**
   * Whether the file, whose length is unchanged, has the same content as when it was last read. A
   * program that rewrites the file in place violates the format. This detects it unless it writes
   * immediately after this log, or within the same tick of the file system's clock.
   */
  private boolean isUnmodified(long modifiedNow) {
    if (modified == UNKNOWN) {
      modified = modifiedNow;
    }
    return modified == modifiedNow;
  }

  private void readNew(OpenFile open) throws IOException {
    long modifiedNow = open.identity().modified();
    boolean rewritten = length == state.end() && !isUnmodified(modifiedNow);
    if (length < state.end() || rewritten) {
      state.reset();
    }
    if (state.end() > 0 && !isContinued(open)) {
      state.reset(); // perhaps truncated, and grown to other records
    }
    if (state.end() == 0) {
      replayFromBeginning(open);
    }
    if (state.end() < length && length != lengthWhenTorn) {
      RecordSearch.requireTorn(open::read, state.last(), state.end(), length);
      lengthWhenTorn = length;
    }
    modified = modifiedNow;
  }

  /** Reads from the end of the state; false if the bytes there are not records. */
  private boolean isContinued(OpenFile open) throws IOException {
    try {
      replay(open);
    } catch (MalformedFileException e) {
      return false;
    }
    return state.end() == length || lengthWhenTorn == length;
  }

  private void replayFromBeginning(OpenFile open) throws IOException {
    MalformedFileException malformed = null;
    try {
      replay(open);
    } catch (MalformedFileException e) {
      malformed = e;
    }
    if ((malformed != null || state.end() == 0) && !isOfAStore(open)) {
      throw new MalformedFileException("the file is not a store's; it is left unchanged");
    }
    if (malformed != null) {
      throw malformed;
    }
  }

  private void replay(OpenFile open) throws IOException {
    if (length > state.end()) {
      state.replay(open.contentFrom(state.end()), length);
    }
  }

  private boolean isOfAStore(OpenFile open) throws IOException {
    byte[] found = new byte[BEGINNING.length];
    int read = open.read(0, found, (int) Math.min(length, found.length));
    return Arrays.equals(found, 0, read, BEGINNING, 0, read);
  }

  /**
   * Truncates an incomplete record that a dying process left. A record after it would be
   * unreadable, and PyTorch's readers would never recover.
   */
  private void truncateTornTail(OpenFile open) throws IOException {
    if (length > state.end()) {
      RecordSearch.requireTorn(open::read, state.last(), state.end(), length);
      LOGGER.log(
          Level.WARNING,
          "{0}: removing {1} bytes at byte {2}: an incomplete record of a process that"
              + " ended while it wrote",
          PrintableText.of(path.toString()),
          Long.toString(length - state.end()),
          Long.toString(state.end()));
      open.truncate(state.end());
      modified = UNKNOWN;
    }
  }

  private void write(OpenFile open, Records records) throws IOException {
    if (records.length() > 0) {
      open.append(state.end(), records.toByteArray());
      state.add(records);
      modified = UNKNOWN;
    }
  }

  private enum Mode {
    SHARED,
    EXCLUSIVE
  }

  private interface Opening {
    @Nullable OpenFile open(Path path) throws IOException;
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  /** Locks the file that is at the path now; null if there is none. */
  private @Nullable OpenFile lock(Mode mode, Opening opening) throws IOException {
    while (true) {
      OpenFile open = file;
      if (open == null) {
        state.reset();
        open = opening.open(path);
        if (open == null) {
          return null;
        }
        file = open;
      }
      if (isCurrentOnceLocked(open, mode)) {
        return open;
      }
      close();
    }
  }

  private boolean isCurrentOnceLocked(OpenFile open, Mode mode) throws IOException {
    return closeOnFailure(
        () -> {
          if (mode == Mode.SHARED) {
            open.lock().lockShared();
          } else {
            open.lock().lockExclusive();
          }
          length = open.identity().length();
          return length != FileIdentity.GONE;
        });
  }

  private <T> T unlockAfter(OpenFile open, Action<T> action) throws IOException {
    return closeOnFailure(
        () -> {
          try {
            return action.run();
          } finally {
            open.lock().unlock();
          }
        });
  }

  /** After a failed read or write, the next call opens the file again. */
  private <T> T closeOnFailure(Action<T> action) throws IOException {
    try {
      return action.run();
    } catch (IOException e) {
      try {
        close();
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }
}
