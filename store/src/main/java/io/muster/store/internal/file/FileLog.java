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
 * The log of records at a path and what they add up to, brought up to date from the file under its
 * lock. Only what was added since the last time is read. The file may vanish, shrink or be replaced
 * at any time: no file holds no keys, and another file is read from its beginning. Keys are those
 * of the file. Not thread-safe.
 */
public final class FileLog implements Closeable {
  /** The first thing anyone does with a store is to count itself, so its file begins like this. */
  private static final byte[] BEGINNING =
      "\u0009\0\0\0refcount/".getBytes(StandardCharsets.US_ASCII);

  private static final long UNKNOWN = -1;
  private static final Logger LOGGER = System.getLogger(FileLog.class.getName());

  private final Path path;
  private final LogState state;
  private @Nullable OpenFile file;

  /** How long the file was when it was last locked. */
  private long length;

  /**
   * When the file was changed, as far as {@link #state} has it, or {@link #UNKNOWN} after a write
   * until the next look at the file.
   */
  private long modified = UNKNOWN;

  /** How long the file was when an incomplete record was last found at its end. */
  private long lengthWhenTorn = UNKNOWN;

  /**
   * The log at {@code path}, of which nothing is read yet. Each key that a record sets, whoever
   * wrote it, is shown to {@code onPut} when the record becomes known here.
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

  /** A change that depends on what the log holds, and is written as one. */
  public interface Change<T> {
    /** Adds to {@code records} what {@link #values} call for. */
    T apply(Records records) throws IOException;
  }

  /** The values by key as of the last call, not to be changed. */
  public Map<Key, byte[]> values() {
    return state.values();
  }

  /** Reads what is new, under the lock if there is anything or if it takes the lock to know. */
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

  /** Reads what is new and changes the log, while nobody else can; makes the file if need be. */
  public <T> T change(Change<T> change) throws IOException {
    while (true) {
      Optional<T> result = change(OpenFile::existingOrNew, change);
      if (result.isPresent()) {
        return result.get();
      }
    }
  }

  /** {@link #change}, unless there is no file. */
  public <T> Optional<T> changeIfThere(Change<T> change) throws IOException {
    return change(OpenFile::existing, change);
  }

  /** Removes the file; to be called in a {@link Change}. */
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
          cutTornTail(open);
          Records records = new Records();
          T result = change.apply(records);
          write(open, records);
          return Optional.of(result);
        });
  }

  /**
   * Whether the file ends where the state does, without the lock. A record that is all there makes
   * the file longer and is never taken back, so that none is missing here; one of which only a part
   * is there makes it longer too, and then it is the lock that tells a writer from a dead one's
   * remains.
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
   * Whether the file, which is as long as when it was last read, is unchanged since. A program that
   * rewrites it in place breaks the format, but is noticed unless it writes right after a write of
   * this log, or within the same tick of the file system's clock.
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
      state.reset(); // perhaps it was emptied and has grown again, to records that end elsewhere
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

  /** Reads on where the state ends; false if something else than records follows there. */
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
      throw new MalformedFileException("the file is not a store's, and is left as it is");
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
   * Removes what a process that died while writing left behind: a record appended to it would be
   * unreadable for everybody, and PyTorch's readers never come back from it.
   */
  private void cutTornTail(OpenFile open) throws IOException {
    if (length > state.end()) {
      RecordSearch.requireTorn(open::read, state.last(), state.end(), length);
      LOGGER.log(
          Level.WARNING,
          "{0}: cutting off {1} bytes at byte {2}: an incomplete record, left by a process that"
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

  /** Locks the file that is at the path now, or returns null if there is none. */
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

  /** A file that could not be read or written is opened anew by the next call. */
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
