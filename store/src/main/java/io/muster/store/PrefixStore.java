package io.muster.store;

import io.muster.store.internal.text.PrintableText;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A part of another store: every key is {@code prefix + "/" + key} there. PyTorch's {@code
 * PrefixStore}. Timeout, closing and {@link #numKeys} are the underlying store's.
 */
public final class PrefixStore implements Store {
  private final String prefix;
  private final Store store;

  /**
   * A view of {@code store}, of any kind, a user's own included.
   *
   * @throws NullPointerException if {@code store} is null
   */
  public PrefixStore(String prefix, Store store) {
    this.prefix = Objects.requireNonNull(prefix, "prefix argument cannot be null");
    this.store = Objects.requireNonNull(store, "store argument cannot be null");
  }

  /** The store this is a part of, which may be a {@code PrefixStore} itself. */
  public Store underlyingStore() {
    return store;
  }

  /** The first store below that is no {@code PrefixStore}. */
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

  /** How many keys the whole underlying store holds, as in PyTorch. */
  @Override
  public long numKeys() {
    return store.numKeys();
  }

  /** The keys under this prefix, without it. */
  @Override
  public List<String> listKeys() {
    String start = full("");
    return store.listKeys().stream()
        .filter(key -> key.startsWith(start))
        .map(key -> key.substring(start.length()))
        .toList();
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

  /** The same part of a duplicate of the underlying store. */
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
    return prefix + "/" + Objects.requireNonNull(key, "key");
  }

  private List<String> full(List<String> keys) {
    return Arguments.copy(keys, "keys").stream().map(this::full).toList();
  }
}
