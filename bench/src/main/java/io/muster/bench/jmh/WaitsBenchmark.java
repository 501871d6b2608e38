package io.muster.bench.jmh;

import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Waiter;
import io.muster.store.internal.keyspace.WaiterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Waits for one key, registered and released, beside 10,000 waits for other keys. */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WaitsBenchmark extends ShortRun {
  private static final int OTHERS = 10_000;

  /** How many wait for the key. */
  @Param({"1", "1000"})
  public int waiters;

  private final WaiterRegistry waits = new WaiterRegistry();
  private final Key key = key("/key");
  private int released;

  @Setup
  public void registerOthers() {
    for (int i = 0; i < OTHERS; i++) {
      waits.registerForPresence(new Counted(), List.of(key("/other/" + i)));
    }
  }

  @Benchmark
  public int registerAndRelease() {
    List<Key> keys = List.of(key);
    for (int i = 0; i < waiters; i++) {
      waits.registerForPresence(new Counted(), keys);
    }
    waits.keyChanged(key.bytes());
    return released;
  }

  private static Key key(String text) {
    return new Key(text.getBytes(StandardCharsets.UTF_8));
  }

  private final class Counted extends Waiter {
    @Override
    protected void released(@Nullable Key queue) {
      released++;
    }
  }
}
