package io.muster.bench.jmh;

import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.NotANumberException;
import io.muster.store.internal.keyspace.StoreFullException;
import io.muster.store.internal.keyspace.WaiterRegistry;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** A keyspace of 10,000 keys that nobody waits for, asked with a key fresh from the wire. */
public class KeyspaceBenchmark extends ShortRun {
  private static final int KEYS = 10_000;
  private static final byte[] VALUE = new byte[32];

  private final Keyspace keyspace = new Keyspace(new WaiterRegistry(), Long.MAX_VALUE);
  private final byte[] key = bytes("/key/" + KEYS / 2);
  private final byte[] counter = bytes("/counter");

  @Setup
  public void fill() throws StoreFullException {
    for (int i = 0; i < KEYS; i++) {
      keyspace.set(bytes("/key/" + i), VALUE);
    }
  }

  @Benchmark
  public byte @Nullable [] get() {
    return keyspace.get(key);
  }

  @Benchmark
  public Keyspace set() throws StoreFullException {
    keyspace.set(key, VALUE);
    return keyspace;
  }

  @Benchmark
  public long add() throws NotANumberException, StoreFullException {
    return keyspace.add(counter, 1);
  }

  @Benchmark
  public boolean compareAndSwap() throws StoreFullException {
    return keyspace.compareAndSwap(key, VALUE, VALUE);
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }
}
