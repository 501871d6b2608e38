package io.muster.store;

import static java.util.Objects.requireNonNull;

import io.muster.store.internal.file.FileLog;
import io.muster.store.internal.file.FileWatch;
import io.muster.store.internal.file.MalformedFileException;
import io.muster.store.internal.file.Records;
import io.muster.store.internal.keyspace.Decimal;
import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Waiter;
import io.muster.store.internal.keyspace.WaiterRegistry;
import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A store in a file that the processes of a job share, on one machine or through a shared file
 * system; PyTorch's {@code FileStore}. Processes of PyTorch can use the file at the same time.
 *
 * <p><b>Life of the file.</b> A store makes the file if there is none, and counts itself in it
 * until it is closed. With a world size, the store that is closed last removes the file once as
 * many stores as the world size have been closed in all. Without one, the file stays. It also stays
 * when a process dies without closing its store; whoever uses the file next then finds the old
 * keys.
 *
 * <p><b>Blocking.</b> An operation that writes takes the lock of the file, flock(2), for as long as
 * it reads and writes, and so waits while another process holds it. One that only reads does so if
 * there is something new to read; on systems other than Linux, always. Neither a timeout nor an
 * interrupt shortens that. What waits for keys holds no lock; it sees a change by another process
 * on the same machine at once, and any other within 10 ms.
 *
 * <p><b>Damage.</b> What a process that died left half-written at the end of the file is never
 * read, and is cut off with a warning by the next operation that writes. Anywhere else, whatever is
 * not a record makes every operation throw {@link ProtocolException} with its offset, and the file
 * stays as it is. The format has no checksums: a damaged value, and a damaged length of the very
 * last value, cannot be told from a whole and a half-written one. A file that vanished holds no
 * keys: waits go on until it is back, {@link #check}, {@link #numKeys} and {@link #listKeys} answer
 * as for an empty store, and whatever sets a key makes it anew.
 *
 * <p>A file that another program rewrote in place, against the format, is read anew if its length
 * or its time of modification tells; a change within the same tick of the file system's clock, or
 * right after a write of this store, may go unnoticed.
 *
 * <p>Only regular files can be used. Where the file cannot be used, any method throws {@link
 * StoreException} with the {@link IOException} as its cause, or {@link ProtocolException} if it is
 * no store's file; the store stays usable. There are no queues. Windows, where PyTorch locks in
 * another way, is not supported.
 */
public final class FileStore implements Store {
  /** How often to look where nothing tells of changes; PyTorch's interval. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final int NO_WORLD_SIZE = -1;
  private static final byte USER_KEY = '/';
  private static final byte[] EMPTY = {};
  private static final Key REFERENCES = bookkeepingKey("refcount/");
  private static final Key CLOSED = bookkeepingKey("cleanup/");
  private static final Logger LOGGER = System.getLogger(FileStore.class.getName());

  private final Path path;
  private final int worldSize;
  private final ReentrantLock lock = new ReentrantLock();
  private final WaiterRegistry waiters = new WaiterRegistry();
  private final FileLog log;
  private final Set<Sleeper> sleepers = new LinkedHashSet<>();
  private @Nullable FileWatch watch;
  private boolean watchFailed;
  private volatile @Nullable Sleeper lookout;
  private volatile boolean closed;
  private volatile Duration timeout = DEFAULT_TIMEOUT;

  /**
   * A store in the file at {@code path}, in a directory that exists, which never removes the file.
   *
   * @throws StoreException if the file cannot be used
   * @throws UnsupportedOperationException on Windows
   */
  public FileStore(Path path) {
    this(path, NO_WORLD_SIZE);
  }

  /**
   * A store in the file at {@code path}, in a directory that exists.
   *
   * @param worldSize how many stores are closed before the file is removed; 0 to remove it whenever
   *     no store is open, negative to leave it
   * @throws StoreException if the file cannot be used
   * @throws UnsupportedOperationException on Windows
   */
  public FileStore(Path path, int worldSize) {
    this.path = requireNonNull(path, "path").toAbsolutePath();
    this.worldSize = worldSize;
    this.log = openLog();
    change(records -> add(records, REFERENCES, 1));
  }

  private FileLog openLog() {
    try {
      return new FileLog(path, key -> waiters.keyChanged(key.bytes()));
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** The file, as an absolute path. */
  public Path path() {
    return path;
  }

  @Override
  public void set(String key, byte[] value) {
    requireNonNull(key, "key");
    requireNonNull(value, "value");
    change(
        records -> {
          records.put(key(key), value);
          return true;
        });
  }

  @Override
  public byte[] get(String key) {
    requireNonNull(key, "key");
    Optional<byte[]> found = refreshed(() -> Optional.ofNullable(value(key(key))));
    return found.map(byte[]::clone).orElseGet(() -> multiGet(List.of(key)).get(0));
  }

  @Override
  public long add(String key, long delta) {
    requireNonNull(key, "key");
    return change(records -> add(records, key(key), delta));
  }

  @Override
  public byte[] compareSet(String key, byte[] expected, byte[] desired) {
    return compareAndSwap(key, expected, desired).value().orElseGet(expected::clone);
  }

  @Override
  public SwapResult compareAndSwap(String key, byte[] expected, byte[] desired) {
    requireNonNull(key, "key");
    requireNonNull(expected, "expected");
    requireNonNull(desired, "desired");
    return change(
        records -> {
          byte[] current = value(key(key));
          if (!Arrays.equals(current == null ? EMPTY : current, expected)) {
            return new SwapResult(false, Optional.ofNullable(current).map(byte[]::clone));
          }
          records.put(key(key), desired);
          return new SwapResult(true, Optional.of(desired.clone()));
        });
  }

  @Override
  public boolean check(List<String> keys) {
    List<String> copied = Arguments.copy(keys, "keys");
    return refreshed(() -> missing(copied).isEmpty());
  }

  @Override
  public void await(Duration timeout, List<String> of) {
    Deadline deadline = Deadline.after(timeout);
    List<String> keys = Arguments.copy(of, "keys");
    Optional<Sleeper> sleeper = refreshed(() -> sleeperFor(missing(keys)));
    sleeper.ifPresent(it -> sleep(it, deadline, keys));
  }

  /** Removes a key. PyTorch's says true even if the key was not there. */
  @Override
  public boolean deleteKey(String key) {
    requireNonNull(key, "key");
    return locked(
        () ->
            log.changeIfThere(
                    records -> {
                      boolean there = value(key(key)) != null;
                      if (there) {
                        records.remove(key(key));
                      }
                      return there;
                    })
                .orElse(false));
  }

  /** How many keys the file holds, the one or two it counts its stores with included. */
  @Override
  public long numKeys() {
    return refreshed(() -> (long) log.values().size());
  }

  @Override
  public List<String> listKeys() {
    return refreshed(
        () ->
            log.values().keySet().stream()
                .filter(FileStore::isUsers)
                .map(FileStore::text)
                .toList());
  }

  @Override
  public void append(String key, byte[] value) {
    requireNonNull(key, "key");
    requireNonNull(value, "value");
    change(
        records -> {
          byte[] current = value(key(key));
          byte[] start = current == null ? EMPTY : current;
          byte[] joined = Arrays.copyOf(start, Math.addExact(start.length, value.length));
          System.arraycopy(value, 0, joined, start.length, value.length);
          records.put(key(key), joined);
          return true;
        });
  }

  @Override
  public List<byte[]> multiGet(List<String> of) {
    Deadline deadline = Deadline.after(timeout);
    List<String> keys = Arguments.copy(of, "keys");
    List<byte[]> found = new ArrayList<>(keys.size());
    while (true) {
      Optional<Sleeper> sleeper =
          refreshed(
              () -> {
                List<Key> missing = missing(keys);
                if (missing.isEmpty()) {
                  keys.forEach(key -> found.add(Objects.requireNonNull(value(key(key))).clone()));
                }
                return sleeperFor(missing);
              });
      if (sleeper.isEmpty()) {
        return found;
      }
      sleep(sleeper.get(), deadline, keys);
    }
  }

  @Override
  public void multiSet(List<String> keys, List<byte[]> values) {
    List<String> copiedKeys = Arguments.copy(keys, "keys");
    List<byte[]> copiedValues = Arguments.copy(values, "values");
    Store.requireSameSize(copiedKeys, copiedValues);
    change(
        records -> {
          for (int i = 0; i < copiedKeys.size(); i++) {
            records.put(key(copiedKeys.get(i)), copiedValues.get(i));
          }
          return true;
        });
  }

  @Override
  public Duration timeout() {
    return timeout;
  }

  @Override
  public void setTimeout(Duration timeout) {
    this.timeout = Deadline.requireNotNegative(timeout);
  }

  /** Another store in the same file, with the same world size and timeout, which counts itself. */
  @Override
  public Store duplicate() {
    requireOpen();
    FileStore duplicate = new FileStore(path, worldSize);
    duplicate.setTimeout(timeout);
    return duplicate;
  }

  /** Closes this store and, if it is the last of its world, removes the file. */
  @Override
  public void close() {
    lock.lock();
    try (log) {
      if (closed) {
        return;
      }
      closed = true;
      sleepers.forEach(Sleeper::wakeUp);
      if (watch != null) {
        watch.close();
      }
      log.changeIfThere(this::leave);
    } catch (IOException e) {
      throw failure(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "FileStore(" + PrintableText.of(path.toString()) + ")";
  }

  private boolean leave(Records records) throws IOException {
    long left = add(records, CLOSED, 1);
    long references = add(records, REFERENCES, -1);
    boolean last = references == 0 && worldSize >= 0 && left >= worldSize;
    if (last) {
      log.removeFile();
    }
    return last;
  }

  private long add(Records records, Key key, long delta) {
    long sum = number(key) + delta;
    records.put(key, Decimal.format(sum));
    return sum;
  }

  private long number(Key key) {
    byte[] current = value(key);
    try {
      return current == null ? 0 : Decimal.parse(current);
    } catch (NumberFormatException e) {
      String name = isUsers(key) ? text(key) : key.toString();
      throw new StoreException("the value at " + name + " is not a number (" + this + ")", e);
    }
  }

  private byte @Nullable [] value(Key key) {
    return log.values().get(key);
  }

  private List<Key> missing(List<String> keys) {
    return keys.stream().map(FileStore::key).filter(key -> value(key) == null).toList();
  }

  private <T> T change(FileLog.Change<T> change) {
    return locked(() -> log.change(change));
  }

  private <T> T refreshed(Operation<T> operation) {
    return locked(
        () -> {
          log.refresh();
          return operation.run();
        });
  }

  private <T> T locked(Operation<T> operation) {
    lock.lock();
    try {
      requireOpen();
      return operation.run();
    } catch (IOException e) {
      throw failure(e);
    } finally {
      lock.unlock();
    }
  }

  private interface Operation<T> {
    T run() throws IOException;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  private MusterException failure(IOException e) {
    return e instanceof MalformedFileException
        ? new ProtocolException(e.getMessage() + " (" + this + ")", e)
        : new StoreException("the file cannot be used: " + e + " (" + this + ")", e);
  }

  /** A sleeper for the keys, or none if there are no keys to wait for. */
  private Optional<Sleeper> sleeperFor(List<Key> missing) {
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    Sleeper sleeper = new Sleeper();
    waiters.registerForValues(sleeper, missing);
    sleepers.add(sleeper);
    if (lookout == null) {
      lookout = sleeper;
    }
    return Optional.of(sleeper);
  }

  /**
   * Holds the thread until its keys have come. One of the threads that sleep, the lookout, looks at
   * the file for all of them; whichever thread reads a record wakes those that it releases.
   */
  private void sleep(Sleeper sleeper, Deadline deadline, List<String> keys) {
    try {
      while (!sleeper.released) {
        requireOpen();
        if (sleeper.thread.isInterrupted()) {
          throw new StoreInterruptedException(
              "interrupted while waiting for " + keys + " on " + this);
        }
        long nanos = deadline.remainingNanos();
        if (nanos <= 0) {
          requireReleased(sleeper, deadline, keys);
        } else if (lookout == sleeper) {
          look();
          sleeper.park(Math.min(nanos, POLL_NANOS));
        } else {
          sleeper.park(nanos);
        }
      }
    } finally {
      wakeFrom(sleeper);
    }
  }

  /** The watch is set before the look, so that no change falls between the two. */
  private void look() {
    locked(
        () -> {
          if (watch == null && !watchFailed) {
            watch = openWatch();
          }
          log.refresh();
          return true;
        });
  }

  private @Nullable FileWatch openWatch() {
    try {
      return FileWatch.open(path, this::wakeLookout);
    } catch (IOException e) {
      watchFailed = true;
      LOGGER.log(Level.DEBUG, () -> "no watch on " + this + ", looking every 10 ms", e);
      return null;
    }
  }

  private void wakeLookout() {
    Sleeper sleeper = lookout;
    if (sleeper != null) {
      sleeper.wakeUp();
    }
  }

  /** The last look of a sleeper whose time is up. */
  private void requireReleased(Sleeper sleeper, Deadline deadline, List<String> keys) {
    List<Key> missing = refreshed(() -> missing(keys));
    if (!sleeper.released) {
      throw StoreTimeoutException.ofKeys(
          deadline.timeout(), "", keys, missing.stream().map(FileStore::text).toList(), toString());
    }
  }

  private void wakeFrom(Sleeper sleeper) {
    lock.lock();
    try {
      waiters.forget(sleeper);
      sleepers.remove(sleeper);
      if (lookout == sleeper) {
        lookout = sleepers.isEmpty() ? null : sleepers.iterator().next();
        wakeLookout();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A thread in {@link #sleep}. */
  private static final class Sleeper extends Waiter {
    final Thread thread = Thread.currentThread();
    volatile boolean released;

    @Override
    protected void released(@Nullable Key queue) {
      released = true;
      wakeUp();
    }

    void wakeUp() {
      LockSupport.unpark(thread);
    }

    void park(long nanos) {
      if (!released) {
        LockSupport.parkNanos(this, nanos);
      }
    }
  }

  private static Key key(String text) {
    byte[] bytes = KeyText.bytes(text);
    byte[] key = new byte[bytes.length + 1];
    key[0] = USER_KEY;
    System.arraycopy(bytes, 0, key, 1, bytes.length);
    return new Key(key);
  }

  private static boolean isUsers(Key key) {
    return key.bytes().length > 0 && key.bytes()[0] == USER_KEY;
  }

  private static String text(Key key) {
    return KeyText.text(Arrays.copyOfRange(key.bytes(), 1, key.bytes().length));
  }

  private static Key bookkeepingKey(String name) {
    return new Key(name.getBytes(StandardCharsets.US_ASCII));
  }
}
