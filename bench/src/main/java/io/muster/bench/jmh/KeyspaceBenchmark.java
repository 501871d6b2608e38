package io.muster.bench.jmh;

import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.NotANumberException;
import io.muster.store.internal.keyspace.StoreFullException;
import io.muster.store.internal.keyspace.WaiterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A keyspace of 10,000 keys that nobody waits for, asked with a key fresh from the wire. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KeyspaceBenchmark {
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
