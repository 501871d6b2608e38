package io.muster.store;

import io.muster.store.internal.text.PrintableText;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A view of another store that prepends {@code prefix + "/"} to every key; PyTorch's {@code
 * PrefixStore}. {@link #timeout}, {@link #setTimeout}, {@link #close} and {@link #numKeys} apply to
 * the underlying store as a whole. Thread-safe if the underlying store is.
 *
 * <pre>{@code
 * Store store = new HashStore();
 * Store epoch = new PrefixStore("epoch/1", store);
 * epoch.set("loss", "0.5");
 * String loss = store.getString("epoch/1/loss");
 * }</pre>
 */
public final class PrefixStore implements Store {
  private final String prefix;
  private final Store store;

  /**
   * Creates a view of {@code store}, which may be of any implementation.
   *
   * @throws NullPointerException if an argument is null
   */
  public PrefixStore(String prefix, Store store) {
    this.prefix = Objects.requireNonNull(prefix, "prefix argument cannot be null");
    this.store = Objects.requireNonNull(store, "store argument cannot be null");
  }

  /** The store behind this view, which may be a {@code PrefixStore} itself. */
  public Store underlyingStore() {
    return store;
  }

  /** The first store behind this view that is not a {@code PrefixStore}. */
  public Store underlyingNonPrefixStore() {
    return store instanceof PrefixStore inner ? inner.underlyingNonPrefixStore() : store;
  }

  @Override
  public void set(String key, byte[] value) {
    store.set(full(key), value);
  }

  @Override
  public byte[] get(String key) {
    return store.get(full(key));
  }

  @Override
  public Optional<byte[]> find(String key) {
    return store.find(full(key));
  }

  @Override
  public long add(String key, long delta) {
    return store.add(full(key), delta);
  }

  @Override
  public byte[] compareSet(String key, byte[] expected, byte[] desired) {
    return store.compareSet(full(key), expected, desired);
  }

  @Override
  public SwapResult compareAndSwap(String key, byte[] expected, byte[] desired) {
    return store.compareAndSwap(full(key), expected, desired);
  }

  @Override
  public boolean compareAndSet(String key, byte[] expected, byte[] desired) {
    return store.compareAndSet(full(key), expected, desired);
  }

  @Override
  public boolean check(List<String> keys) {
    return store.check(full(keys));
  }

  @Override
  public void await(Duration timeout, List<String> keys) {
    store.await(timeout, full(keys));
  }

  @Override
  public boolean deleteKey(String key) {
    return store.deleteKey(full(key));
  }

  /** Returns the number of keys of the whole underlying store, as in PyTorch. */
  @Override
  public long numKeys() {
    return store.numKeys();
  }

  /** Returns the keys with this prefix, without the prefix. */
  @Override
  public List<String> listKeys() {
    String start = full("");
    return store.listKeys().stream()
        .filter(key -> key.startsWith(start))
        .map(key -> key.substring(start.length()))
        .toList();
  }

  @Override
  public Watcher watch(String prefix) {
    return new PrefixWatcher(this.prefix + "/", store.watch(full(prefix, "prefix")));
  }

  @Override
  public Watcher watch(String prefix, long revision) {
    return new PrefixWatcher(this.prefix + "/", store.watch(full(prefix, "prefix"), revision));
  }

  @Override
  public boolean hasExtendedApi() {
    return store.hasExtendedApi();
  }

  @Override
  public void append(String key, byte[] value) {
    store.append(full(key), value);
  }

  @Override
  public List<byte[]> multiGet(List<String> keys) {
    return store.multiGet(full(keys));
  }

  @Override
  public void multiSet(List<String> keys, List<byte[]> values) {
    store.multiSet(full(keys), values);
  }

  @Override
  public void queuePush(String key, byte[] item) {
    store.queuePush(full(key), item);
  }

  @Override
  public byte[] queuePop(String key, boolean block) {
    return store.queuePop(full(key), block);
  }

  @Override
  public long queueLen(String key) {
    return store.queueLen(full(key));
  }

  @Override
  public Duration timeout() {
    return store.timeout();
  }

  @Override
  public void setTimeout(Duration timeout) {
    store.setTimeout(timeout);
  }

  /** Returns a view, with the same prefix, of a duplicate of the underlying store. */
  @Override
  public Store duplicate() {
    return new PrefixStore(prefix, store.duplicate());
  }

  /** Closes the underlying store. */
  @Override
  public void close() {
    store.close();
  }

  @Override
  public String toString() {
    return "PrefixStore(" + PrintableText.of(prefix) + ", " + store + ")";
  }

  private String full(String key) {
    return full(key, "key");
  }

  private String full(String key, String parameter) {
    return prefix + "/" + Objects.requireNonNull(key, parameter);
  }

  private List<String> full(List<String> keys) {
    return Arguments.copy(keys, "keys").stream().map(this::full).toList();
  }
}
