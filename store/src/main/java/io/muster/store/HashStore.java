package io.muster.store;

import static java.util.Objects.requireNonNull;

import io.muster.store.internal.keyspace.ChangeHistory;
import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.NotANumberException;
import io.muster.store.internal.keyspace.StoreFullException;
import io.muster.store.internal.keyspace.Waiter;
import io.muster.store.internal.keyspace.WaiterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A store in the memory of this process, which its threads share; PyTorch's {@code HashStore}. It
 * holds no resources: {@link #close} has no effect, and {@link #duplicate} returns the store
 * itself.
 *
 * <pre>{@code
 * Store store = new HashStore();
 * Thread worker = new Thread(() -> store.set("result", "42"));
 * worker.start();
 * String result = store.getString("result");
 * }</pre>
 */
public final class HashStore implements Store {
  /** The maximum number of bytes of the changes that are kept for watchers. */
  private static final long MAX_HISTORY_BYTES = 16 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final WaiterRegistry waiters = new WaiterRegistry();
  private final Keyspace keyspace = new Keyspace(waiters, Long.MAX_VALUE);
  private volatile Duration timeout = DEFAULT_TIMEOUT;

  /** The number of watchers that are not closed. */
  private int watchers;

  /** Creates an empty store. */
  public HashStore() {}

  @Override
  public void set(String key, byte[] value) {
    requireNonNull(key, "key");
    byte[] copy = requireNonNull(value, "value").clone();
    locked(
        () -> {
          keyspace.set(KeyText.bytes(key), copy);
          return true;
        });
  }

  @Override
  public byte[] get(String key) {
    return multiGet(List.of(requireNonNull(key, "key"))).get(0);
  }

  @Override
  public Optional<byte[]> find(String key) {
    byte[] bytes = KeyText.bytes(requireNonNull(key, "key"));
    return locked(() -> Optional.ofNullable(keyspace.value(bytes)).map(HashStore::copyOf));
  }

  @Override
  public long add(String key, long delta) {
    return locked(() -> keyspace.add(KeyText.bytes(key), delta));
  }

  @Override
  public byte[] compareSet(String key, byte[] expected, byte[] desired) {
    return compareAndSwap(key, expected, desired).value().orElseGet(expected::clone);
  }

  @Override
  public SwapResult compareAndSwap(String key, byte[] expected, byte[] desired) {
    requireNonNull(key, "key");
    requireNonNull(expected, "expected");
    byte[] copy = requireNonNull(desired, "desired").clone();
    byte[] bytes = KeyText.bytes(key);
    return locked(
        () -> {
          boolean swapped = keyspace.compareAndSwap(bytes, expected, copy);
          return new SwapResult(
              swapped, Optional.ofNullable(keyspace.value(bytes)).map(HashStore::copyOf));
        });
  }

  @Override
  public boolean check(List<String> keys) {
    List<String> copied = Arguments.copy(keys, "keys");
    return locked(() -> missing(copied, keyspace::isPresent).isEmpty());
  }

  @Override
  public void await(Duration timeout, List<String> of) {
    Deadline deadline = Deadline.after(timeout);
    List<String> keys = Arguments.copy(of, "keys");
    lock.lock();
    try {
      List<Key> missing = missing(keys, keyspace::isPresent);
      if (!missing.isEmpty()) {
        ThreadWaiter waiter = new ThreadWaiter(lock.newCondition());
        waiters.registerAsObserver(waiter, missing);
        block(waiter, deadline, keys, missing, keyspace::isPresent);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean deleteKey(String key) {
    return locked(() -> keyspace.delete(KeyText.bytes(key)));
  }

  @Override
  public long numKeys() {
    return locked(keyspace::size);
  }

  @Override
  public List<String> listKeys() {
    return locked(keyspace::keys).stream().map(KeyText::text).toList();
  }

  /**
   * {@inheritDoc}
   *
   * <p>The store keeps changes while it has a watcher: at most 16,384, of 16 MiB.
   */
  @Override
  public Watcher watch(String prefix) {
    return openWatcher(requireNonNull(prefix, "prefix"), -1);
  }

  @Override
  public Watcher watch(String prefix, long revision) {
    return openWatcher(requireNonNull(prefix, "prefix"), Arguments.requireRevision(revision));
  }

  private Watcher openWatcher(String prefix, long after) {
    return locked(
        () -> {
          ChangeHistory history = keyspace.history();
          Watcher watcher =
              new HashWatcher(
                  lock,
                  history,
                  waiters,
                  prefix,
                  after < 0 ? history.revision() : after,
                  this::watcherClosed);
          history.keep(MAX_HISTORY_BYTES);
          watchers++;
          return watcher;
        });
  }

  private void watcherClosed() {
    watchers--;
    if (watchers == 0) {
      keyspace.history().drop();
    }
  }

  @Override
  public boolean hasExtendedApi() {
    return true;
  }

  @Override
  public void append(String key, byte[] value) {
    requireNonNull(key, "key");
    byte[] copy = requireNonNull(value, "value").clone();
    locked(
        () -> {
          keyspace.append(KeyText.bytes(key), copy);
          return true;
        });
  }

  @Override
  public List<byte[]> multiGet(List<String> of) {
    Deadline deadline = Deadline.after(timeout);
    List<String> keys = Arguments.copy(of, "keys");
    lock.lock();
    try {
      while (true) {
        List<Key> missing = missing(keys, this::hasValue);
        if (missing.isEmpty()) {
          return values(keys);
        }
        ThreadWaiter waiter = new ThreadWaiter(lock.newCondition());
        waiters.registerForValues(waiter, missing);
        block(waiter, deadline, keys, missing, this::hasValue);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void multiSet(List<String> keys, List<byte[]> values) {
    List<byte[]> checked = Arguments.copy(keys, "keys").stream().map(KeyText::bytes).toList();
    List<byte[]> copies = Arguments.copy(values, "values").stream().map(byte[]::clone).toList();
    Store.requireSameSize(checked, copies);
    locked(
        () -> {
          keyspace.setAll(checked, copies);
          return true;
        });
  }

  @Override
  public void queuePush(String key, byte[] item) {
    requireNonNull(key, "key");
    byte[] copy = requireNonNull(item, "item").clone();
    locked(
        () -> {
          keyspace.push(KeyText.bytes(key), copy);
          return true;
        });
  }

  @Override
  public byte[] queuePop(String key, boolean block) {
    Deadline deadline = Deadline.after(timeout);
    byte[] queue = KeyText.bytes(key);
    lock.lock();
    try {
      while (true) {
        byte[] item = keyspace.pop(queue);
        if (item != null) {
          return item.clone();
        }
        if (!block) {
          throw new QueueEmptyException(key, toString());
        }
        ThreadWaiter waiter = new ThreadWaiter(lock.newCondition());
        Key missing = new Key(queue);
        waiters.registerForItem(waiter, missing);
        block(waiter, deadline, List.of(key), List.of(missing), this::hasItem);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long queueLen(String key) {
    return locked(() -> keyspace.queueLength(KeyText.bytes(key)));
  }

  @Override
  public Duration timeout() {
    return timeout;
  }

  @Override
  public void setTimeout(Duration timeout) {
    this.timeout = Deadline.requireNotNegative(timeout);
  }

  @Override
  public Store duplicate() {
    return this;
  }

  @Override
  public String toString() {
    return "HashStore";
  }

  private boolean hasValue(byte[] key) {
    return keyspace.hasValue(key);
  }

  private boolean hasItem(byte[] queue) {
    return keyspace.queueLength(queue) > 0;
  }

  private static List<Key> missing(List<String> keys, Predicate<byte[]> isThere) {
    return keys.stream().map(KeyText::bytes).filter(isThere.negate()).map(Key::new).toList();
  }

  private List<byte[]> values(List<String> keys) {
    List<byte[]> values = new ArrayList<>(keys.size());
    for (String key : keys) {
      values.add(copyOf(Objects.requireNonNull(keyspace.value(KeyText.bytes(key)))));
    }
    return values;
  }

  /** Returns an array that the caller may own, from a value that the keyspace holds. */
  static byte[] copyOf(Object value) {
    byte[] bytes = Keyspace.bytes(value);
    return bytes == value ? bytes.clone() : bytes;
  }

  /** Releases the lock until the waiter, which is registered for {@code missing}, is released. */
  private void block(
      ThreadWaiter waiter,
      Deadline deadline,
      List<String> keys,
      List<Key> missing,
      Predicate<byte[]> isThere) {
    try {
      long nanos = deadline.remainingNanos();
      while (!waiter.released) {
        if (nanos <= 0) {
          List<String> stillMissing =
              missing.stream().map(Key::bytes).filter(isThere.negate()).map(KeyText::text).toList();
          throw StoreTimeoutException.ofKeys(
              deadline.timeout(), "", keys, stillMissing, toString());
        }
        nanos = waiter.wakeUp.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      passOn(waiter);
      throw new StoreInterruptedException("interrupted while waiting for " + keys + " on " + this);
    } finally {
      waiters.forget(waiter);
    }
  }

  /**
   * A push wakes one waiter. If that waiter does not pop, this passes its wake-up on to the next.
   */
  private void passOn(ThreadWaiter waiter) {
    Key queue = waiter.queue;
    if (queue != null && hasItem(queue.bytes())) {
      waiters.itemPushed(queue.bytes());
    }
  }

  private <T> T locked(Operation<T> operation) {
    lock.lock();
    try {
      return operation.run();
    } catch (NotANumberException e) {
      throw new StoreException("add on " + this + " failed: " + e.getMessage(), e);
    } catch (StoreFullException e) {
      throw new AssertionError("a HashStore has no limit", e);
    } finally {
      lock.unlock();
    }
  }

  private interface Operation<T> {
    T run() throws NotANumberException, StoreFullException;
  }

  /** A thread that is blocked in {@link #block}. */
  private static final class ThreadWaiter extends Waiter {
    final Condition wakeUp;
    boolean released;
    @Nullable Key queue;

    ThreadWaiter(Condition wakeUp) {
      this.wakeUp = wakeUp;
    }

    @Override
    protected void released(@Nullable Key queue) {
      this.released = true;
      this.queue = queue;
      wakeUp.signal();
    }
  }
}
