package io.muster.bench.store;

import io.muster.bench.ServerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.ByteVector;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;

/**
 * A store of PyTorch, in C++: a client of its server, or one on a file. Keys and values are native
 * objects made beforehand, and what an operation returns stays native and is freed at once: nothing
 * is copied to or from Java while the clock runs.
 */
final class PyTorchSide implements Side {
  /** What libstdc++ makes a vector of: its begin, its end, and the end of its storage. */
  private static final int VECTOR_WORDS = 3;

  private final Supplier<Store> opener;
  private final Store store;

  private PyTorchSide(Supplier<Store> opener) {
    this.opener = opener;
    this.store = opener.get();
  }

  /** A client of the server at a port. */
  PyTorchSide(int port) {
    this(() -> ServerProcess.pyTorch(port, false));
  }

  /** A store on a file, for any number of processes. */
  PyTorchSide(Path file) {
    this(() -> new FileStore(file.toString(), -1));
  }

  @Override
  public Op set(String key, byte[] value) {
    BytePointer nativeKey = key(key);
    ByteVector nativeValue = new ByteVector(value);
    return () -> store.set(nativeKey, nativeValue);
  }

  @Override
  public Op get(String key) {
    BytePointer nativeKey = key(key);
    return () -> free(store.get(nativeKey));
  }

  @Override
  public Op add(String key) {
    BytePointer nativeKey = key(key);
    return () -> store.add(nativeKey, 1);
  }

  @Override
  public Op compareSet(String key, byte[] expected, byte[] desired) {
    BytePointer nativeKey = key(key);
    ByteVector nativeExpected = new ByteVector(expected);
    ByteVector nativeDesired = new ByteVector(desired);
    return () -> free(store.compareSet(nativeKey, nativeExpected, nativeDesired));
  }

  @Override
  public Op check(String key) {
    StringVector keys = new StringVector(key);
    return () -> store.check(keys);
  }

  @Override
  public Op await(String key) {
    StringVector keys = new StringVector(key);
    return () -> store._wait(keys);
  }

  @Override
  public Op deleteKey(String key) {
    BytePointer nativeKey = key(key);
    return () -> store.deleteKey(nativeKey);
  }

  /**
   * The binding takes a pointer to the first of several vectors, and copies them to a vector of
   * vectors; there is no Java class for either, so the memory is laid out by hand.
   */
  @Override
  public Op multiSet(List<String> keys, byte[] value) {
    StringVector nativeKeys = new StringVector(keys.toArray(new String[0]));
    BytePointer bytes = new BytePointer(value);
    LongPointer vectors = new LongPointer((long) keys.size() * VECTOR_WORDS);
    for (int i = 0; i < keys.size(); i++) {
      long at = (long) i * VECTOR_WORDS;
      vectors.put(at, bytes.address());
      vectors.put(at + 1, bytes.address() + value.length);
      vectors.put(at + 2, bytes.address() + value.length);
    }
    ByteVector nativeValues = new ByteVector((Pointer) vectors);
    nativeValues.limit(keys.size());
    return () -> {
      store.multiSet(nativeKeys, nativeValues);
      requireLive(bytes, vectors);
    };
  }

  @Override
  public Op multiGet(List<String> keys) {
    StringVector nativeKeys = new StringVector(keys.toArray(new String[0]));
    return () -> {
      ByteVector values = store.multiGet(nativeKeys);
      if (values.limit() != keys.size()) {
        throw new IllegalStateException(values.limit() + " values of " + keys.size() + " keys");
      }
      free(values);
    };
  }

  /** Calls into native code that does nothing but answer. */
  Op nothing() {
    return store::hasExtendedApi;
  }

  /** Makes a native vector and frees it, as every operation with a result must. */
  static Op vector() {
    return () -> free(new ByteVector());
  }

  @Override
  public Side another() {
    return new PyTorchSide(opener);
  }

  @Override
  public void close() {
    store.close();
  }

  private static BytePointer key(String key) {
    return new BytePointer(key);
  }

  private static void free(Pointer pointer) {
    pointer.close();
  }

  private static void requireLive(Pointer... pointers) {
    for (Pointer pointer : pointers) {
      if (pointer.isNull()) {
        throw new IllegalStateException("freed while in use");
      }
    }
  }
}
