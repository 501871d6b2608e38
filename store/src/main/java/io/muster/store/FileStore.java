package io.muster.store;

import static java.util.Objects.requireNonNull;

import io.muster.store.FileWaits.ThreadWaiter;
import io.muster.store.internal.file.FileLog;
import io.muster.store.internal.file.MalformedFileException;
import io.muster.store.internal.file.Records;
import io.muster.store.internal.keyspace.Decimal;
import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A store in a file that the processes of a job share, on one machine or through a shared file
 * system; PyTorch's {@code FileStore}. PyTorch processes can use the same file at the same time.
 *
 * <pre>{@code
 * Path file = Files.createTempDirectory("job").resolve("store");
 * try (Store store = new FileStore(file, 1)) {
 *   store.set("checkpoint", "42");
 *   long step = store.add("step", 1);
 * }
 * }</pre>
 *
 * <p><b>Lifetime of the file.</b> A store creates the file if it does not exist, and counts itself
 * in the file until it is closed. With a world size, the file is removed by the store that is
 * closed last, once as many stores as the world size have been closed. Without a world size, the
 * file is kept. It is also kept if a process dies without closing its store; the next job that uses
 * the file then finds the old keys.
 *
 * <p><b>Blocking.</b> An operation that writes holds the file's flock(2) lock while it reads and
 * writes, so it blocks while another process holds the lock. An operation that only reads takes the
 * lock if the file has new records; on systems other than Linux, always. Neither timeouts nor
 * interrupts end the wait for the lock. A wait for keys holds no lock. It sees a change by another
 * process of the same machine at once, and any other change within 10 ms.
 *
 * <p><b>Damage.</b> A record at the end of the file that a dying process left incomplete is never
 * read; the next operation that writes truncates it and logs a warning. Bytes elsewhere that are
 * not a record make every operation throw {@link ProtocolException} with their offset, and the file
 * is left as it is. The format has no checksums: a damaged value cannot be told from an intact one,
 * nor a damaged length of the last value from an incomplete record. A deleted file has no keys:
 * waits continue until it exists again, {@link #check}, {@link #numKeys} and {@link #listKeys}
 * return what they return for an empty store, and an operation that sets a key creates the file
 * again.
 *
 * <p>If another program rewrites the file in place, against the format, the store reads it again if
 * its length or its modification time differs. A change within the same tick of the file system's
 * clock, or immediately after a write of this store, can go unnoticed.
 *
 * <p>Only regular files are supported. If the file cannot be used, any method throws {@link
 * StoreException} with the {@link IOException} as its cause, or {@link ProtocolException} if it is
 * not a store's file; the store stays usable. Queues are not supported. Windows is not supported,
 * because PyTorch locks the file in a different way there.
 */
public final class FileStore implements Store {
  /** The interval at which a file without a watch is read; the same as PyTorch's. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final int NO_WORLD_SIZE = -1;
  private static final byte USER_KEY = '/';
  private static final byte[] EMPTY = {};
  private static final Key REFERENCES = bookkeepingKey("refcount/");
  private static final Key CLOSED = bookkeepingKey("cleanup/");

  private final Path path;
  private final int worldSize;
  private final ReentrantLock lock = new ReentrantLock();
  private final FileLog log;
  private final FileWaits waits;
  private volatile boolean closed;
  private volatile Duration timeout = DEFAULT_TIMEOUT;

  /**
   * Opens the store in the file at {@code path} and never removes the file. The directory must
   * exist.
   *
   * @throws StoreException if the file cannot be used
   * @throws UnsupportedOperationException on Windows
   */
  public FileStore(Path path) {
    this(path, NO_WORLD_SIZE);
  }

  /**
   * Opens the store in the file at {@code path}. The directory must exist.
   *
   * @param worldSize the number of stores that are closed before the file is removed; 0 to remove
   *     it whenever no store is open, negative to keep it
   * @throws StoreException if the file cannot be used
   * @throws UnsupportedOperationException on Windows
   */
  public FileStore(Path path, int worldSize) {
    this.path = requireNonNull(path, "path").toAbsolutePath();
    this.worldSize = worldSize;
    this.waits = new FileWaits(this.path);
    this.log = openLog();
    change(records -> add(records, REFERENCES, 1));
  }

  private FileLog openLog() {
    try {
      return new FileLog(path, waits::keyChanged);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** The absolute path of the file. */
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
    return find(key).orElseGet(() -> multiGet(List.of(key)).get(0));
  }

  @Override
  public Optional<byte[]> find(String key) {
    requireNonNull(key, "key");
    return refreshed(() -> Optional.ofNullable(value(key(key))).map(byte[]::clone));
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
    Optional<ThreadWaiter> waiter = refreshed(() -> waits.register(missing(keys)));
    waiter.ifPresent(it -> block(it, deadline, keys));
  }

  /** Deletes a key. PyTorch returns true even if the key did not exist. */
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

  /**
   * Returns the number of keys in the file, including the one or two in which it counts its stores.
   */
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
      Optional<ThreadWaiter> waiter =
          refreshed(
              () -> {
                List<Key> missing = missing(keys);
                if (missing.isEmpty()) {
                  keys.forEach(key -> found.add(Objects.requireNonNull(value(key(key))).clone()));
                }
                return waits.register(missing);
              });
      if (waiter.isEmpty()) {
        return found;
      }
      block(waiter.get(), deadline, keys);
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

  /**
   * Opens another store in the same file, with the same world size and timeout, which counts
   * itself.
   */
  @Override
  public Store duplicate() {
    requireOpen();
    FileStore duplicate = new FileStore(path, worldSize);
    duplicate.setTimeout(timeout);
    return duplicate;
  }

  /** Closes this store. The last store of its world also removes the file. */
  @Override
  public void close() {
    lock.lock();
    try (log) {
      if (closed) {
        return;
      }
      closed = true;
      waits.close();
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
      throw new StoreException(
          "add on " + this + " failed: the value at " + name + " is not a number", e);
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

  /**
   * Blocks until the waiter's keys are set. One of the blocked threads, the poller, reads the file
   * on behalf of all. A thread that reads a record wakes the threads that the record releases.
   */
  private void block(ThreadWaiter waiter, Deadline deadline, List<String> keys) {
    try {
      while (!waiter.isReleased()) {
        requireOpen();
        if (Thread.currentThread().isInterrupted()) {
          throw new StoreInterruptedException(
              "interrupted while waiting for " + keys + " on " + this);
        }
        long nanos = deadline.remainingNanos();
        if (nanos <= 0) {
          requireReleased(waiter, deadline, keys);
        } else if (waits.isPoller(waiter)) {
          poll();
          waiter.park(Math.min(nanos, POLL_NANOS));
        } else {
          waiter.park(nanos);
        }
      }
    } finally {
      lock.lock();
      try {
        waits.unregister(waiter);
      } finally {
        lock.unlock();
      }
    }
  }

  private void poll() {
    locked(
        () -> {
          // Watches before it reads, so that no change between the two is missed.
          waits.watch();
          log.refresh();
          return true;
        });
  }

  /** Reads the file once more when the waiter's timeout has elapsed. */
  private void requireReleased(ThreadWaiter waiter, Deadline deadline, List<String> keys) {
    List<Key> missing = refreshed(() -> missing(keys));
    if (!waiter.isReleased()) {
      throw StoreTimeoutException.ofKeys(
          deadline.timeout(), "", keys, missing.stream().map(FileStore::text).toList(), toString());
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
