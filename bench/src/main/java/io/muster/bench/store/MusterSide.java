package io.muster.bench.store;

import io.muster.store.FileStore;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.StoreServerOptions;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/** A store of Muster: a client of its server, or one on a file. */
final class MusterSide implements Side {
  private final Store store;

  /** Keeps results from being optimised away. */
  private volatile Object result = "";

  /**
   * A client of the server on a port. Its limit is set by the server's options, so that this also
   * runs with earlier versions of the store.
   */
  MusterSide(int port) {
    this(
        TcpStore.connect(
            "127.0.0.1",
            port,
            TcpStoreOptions.builder()
                .server(StoreServerOptions.builder().maxValueBytes(Workload.HUGE).build())
                .build()));
  }

  /** A store on a file, for any number of processes. */
  MusterSide(Path file) {
    this(new FileStore(file, -1));
  }

  private MusterSide(Store store) {
    this.store = store;
  }

  @Override
  public Op set(String key, byte[] value) {
    return () -> store.set(key, value);
  }

  @Override
  public Op get(String key) {
    return () -> result = store.get(key);
  }

  @Override
  public Op add(String key) {
    return () -> result = store.add(key, 1);
  }

  @Override
  public Op compareSet(String key, byte[] expected, byte[] desired) {
    return () -> result = store.compareSet(key, expected, desired);
  }

  @Override
  public Op check(String key) {
    List<String> keys = List.of(key);
    return () -> result = store.check(keys);
  }

  @Override
  public Op await(String key) {
    return () -> store.await(store.timeout(), key);
  }

  @Override
  public Op deleteKey(String key) {
    return () -> result = store.deleteKey(key);
  }

  @Override
  public Op multiSet(List<String> keys, byte[] value) {
    List<byte[]> values = Collections.nCopies(keys.size(), value);
    return () -> store.multiSet(keys, values);
  }

  @Override
  public Op multiGet(List<String> keys) {
    return () -> result = store.multiGet(keys);
  }

  @Override
  public Side another() {
    return new MusterSide(store.duplicate());
  }

  @Override
  public void close() {
    store.close();
  }
}
