package io.muster.interop;

import io.muster.store.KeyText;
import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.ByteVector;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.jspecify.annotations.Nullable;

/**
 * One of PyTorch's C++ stores, with Java's types around it. What it throws is what C++ throws, as a
 * {@link RuntimeException}, but for timeouts. Not to be closed while a thread uses it.
 */
final class CppStore implements Store {
  private static final int VECTOR_BYTES = 24;

  private final org.bytedeco.pytorch.Store store;

  private CppStore(org.bytedeco.pytorch.Store store) {
    this.store = store;
  }

  /** A client of any server. */
  static CppStore client(int port) {
    return client(port, Duration.ofSeconds(20));
  }

  static CppStore client(int port, Duration timeout) {
    return new CppStore(new TCPStore("127.0.0.1", options(port, timeout)));
  }

  /** A client that joins a world of {@code workers}. */
  static CppStore joining(int port, int workers) {
    TCPStoreOptions options = options(port, Duration.ofSeconds(20));
    return new CppStore(
        new TCPStore("127.0.0.1", options.numWorkers(size(workers)).waitWorkers(true)));
  }

  /** A server on a free port, and its own client. */
  static CppStore host(boolean libUv) {
    TCPStoreOptions options = options(0, Duration.ofSeconds(20)).isServer(true).useLibUV(libUv);
    return new CppStore(new TCPStore("127.0.0.1", options));
  }

  /** A server of a world of {@code workers}; see {@link #awaitWorkers}. */
  static CppStore hostOfWorld(int workers) {
    TCPStoreOptions options = options(0, Duration.ofSeconds(20)).isServer(true);
    return new CppStore(new TCPStore("127.0.0.1", options.numWorkers(size(workers))));
  }

  /** Joins its own world and waits until it is complete. */
  void awaitWorkers() {
    ((TCPStore) store).waitForWorkers();
  }

  static CppStore file(Path path, int worldSize) {
    return new CppStore(new FileStore(path.toString(), worldSize));
  }

  private static TCPStoreOptions options(int port, Duration timeout) {
    return new TCPStoreOptions()
        .port((short) port)
        .waitWorkers(false)
        .timeout(new Milliseconds(timeout.toMillis()));
  }

  private static SizeTPointer size(int size) {
    return new SizeTPointer(1).put(size);
  }

  /**
   * PyTorch's own view of a part of this store, on a connection of its own: what JavaCPP has made
   * itself, unlike a clone, cannot be shared with a C++ object.
   */
  CppStore under(String prefix) {
    return new CppStore(new PrefixStore(text(prefix), store.clone()));
  }

  int port() {
    return ((TCPStore) store).getPort() & 0xffff;
  }

  @Override
  public void set(String key, byte[] value) {
    store.set(text(key), vector(value));
  }

  @Override
  public byte[] get(String key) {
    return timed(timeout(), List.of(key), () -> bytes(store.get(text(key))));
  }

  @Override
  public long add(String key, long delta) {
    return store.add(text(key), delta);
  }

  @Override
  public byte[] compareSet(String key, byte[] expected, byte[] desired) {
    return bytes(store.compareSet(text(key), vector(expected), vector(desired)));
  }

  @Override
  public boolean check(List<String> keys) {
    return store.check(texts(keys));
  }

  @Override
  public void await(Duration timeout, List<String> keys) {
    boolean unused =
        timed(
            timeout,
            keys,
            () -> {
              store._wait(texts(keys), new Milliseconds(timeout.toMillis()));
              return true;
            });
  }

  @Override
  public boolean deleteKey(String key) {
    return store.deleteKey(text(key));
  }

  @Override
  public long numKeys() {
    return store.getNumKeys();
  }

  @Override
  public List<String> listKeys() {
    StringVector keys = store.listKeys();
    return LongStream.range(0, keys.size()).mapToObj(i -> string(keys.get(i))).toList();
  }

  @Override
  public boolean hasExtendedApi() {
    return store.hasExtendedApi();
  }

  @Override
  public void append(String key, byte[] value) {
    store.append(text(key), vector(value));
  }

  /** JavaCPP takes the address of the first of several vectors for that of one. */
  @Override
  public List<byte[]> multiGet(List<String> keys) {
    return timed(
        timeout(),
        keys,
        () -> {
          ByteVector first = store.multiGet(texts(keys));
          List<byte[]> values = new ArrayList<>(keys.size());
          for (int i = 0; i < keys.size(); i++) {
            values.add(bytes(new ByteVector(first.getPointer(i))));
          }
          return values;
        });
  }

  /** JavaCPP copies as many vectors as the pointer it is given has room for. */
  @Override
  public void multiSet(List<String> keys, List<byte[]> values) {
    List<ByteVector> vectors = values.stream().map(CppStore::vector).toList();
    BytePointer all = new BytePointer((long) VECTOR_BYTES * vectors.size());
    for (int i = 0; i < vectors.size(); i++) {
      Pointer.memcpy(all.getPointer((long) VECTOR_BYTES * i), vectors.get(i), VECTOR_BYTES);
    }
    store.multiSet(texts(keys), new ByteVector(all).limit(vectors.size()));
    vectors.forEach(ByteVector::close);
  }

  @Override
  public void queuePush(String key, byte[] item) {
    store.queuePush(text(key), vector(item));
  }

  @Override
  public byte[] queuePop(String key, boolean block) {
    return timed(timeout(), List.of(key), () -> bytes(store.queuePop(text(key), block)));
  }

  @Override
  public long queueLen(String key) {
    return store.queueLen(text(key));
  }

  @Override
  public Duration timeout() {
    return Duration.ofMillis(store.getTimeout().count());
  }

  @Override
  public void setTimeout(Duration timeout) {
    store.setTimeout(new Milliseconds(timeout.toMillis()));
  }

  @Override
  public CppStore duplicate() {
    return new CppStore(store.clone());
  }

  @Override
  public void close() {
    store.close();
  }

  @Override
  public String toString() {
    return "PyTorch's C++ store";
  }

  private static <T> T timed(Duration timeout, List<String> keys, Supplier<T> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      if (!message.toLowerCase(java.util.Locale.ROOT).contains("timeout")) {
        throw e;
      }
      StoreTimeoutException timedOut =
          StoreTimeoutException.ofKeys(timeout, "", keys, keys, message);
      timedOut.addSuppressed(e);
      throw timedOut;
    }
  }

  private static BytePointer text(String text) {
    byte[] bytes = KeyText.bytes(text);
    BytePointer pointer = new BytePointer(bytes.length + 1L);
    // With a length of zero it is C's zero at the end that counts.
    return pointer.put(bytes, 0, bytes.length).put(bytes.length, (byte) 0).limit(bytes.length);
  }

  private static String string(@Nullable BytePointer text) {
    if (text == null) {
      return "";
    }
    byte[] bytes = new byte[(int) text.limit()];
    text.get(bytes);
    return KeyText.text(bytes);
  }

  private static StringVector texts(List<String> keys) {
    StringVector vector = new StringVector();
    keys.forEach(key -> vector.push_back(text(key)));
    return vector;
  }

  private static ByteVector vector(byte[] value) {
    ByteVector vector = new ByteVector(value.length);
    if (value.length > 0) {
      data(vector).put(value);
    }
    return vector;
  }

  private static byte[] bytes(ByteVector vector) {
    byte[] bytes = new byte[(int) vector.size()];
    if (bytes.length > 0) {
      data(vector).get(bytes);
    }
    return bytes;
  }

  /** Where a vector keeps its elements: byte by byte through JNI would be slow. */
  private static BytePointer data(ByteVector vector) {
    long address = new LongPointer(vector).get();
    return new BytePointer(new AddressedPointer(address)).capacity(vector.size());
  }

  private static final class AddressedPointer extends Pointer {
    AddressedPointer(long address) {
      this.address = address;
    }
  }
}
