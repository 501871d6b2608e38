package io.muster.linearizability;

import static io.muster.fixtures.contract.StoreFixture.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.store.HashStore;
import io.muster.store.QueueEmptyException;
import io.muster.store.StoreException;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever threads see of a HashStore at the same time, they could have seen one call after the
 * other. Lincheck finds the interleavings; it needs this class and its operations public.
 *
 * <p>Lincheck rewrites what is loaded. After other tests that takes a minute longer, so the name of
 * this package is the first in the order in which classes run.
 */
@Param(name = "key", gen = IntGen.class, conf = "0:1")
@Param(name = "value", gen = IntGen.class, conf = "0:2")
@Timeout(300)
@Tag("slow")
public class HashStoreIT {
  private static final List<String> KEYS = List.of("a", "b");
  private static final List<String> VALUES = List.of("", "7", "x");

  private final HashStore store = new HashStore();

  @Test
  void interleavings_foundByModelChecking_areLinearizable() {
    new ModelCheckingOptions()
        .iterations(5)
        .invocationsPerIteration(50)
        .threads(2)
        .actorsPerThread(3)
        // By default a loop over the characters of a message would be taken for an endless one.
        .loopBound(1_000)
        .check(getClass());
  }

  @Test
  void interleavings_underStress_areLinearizable() {
    new StressOptions()
        .iterations(10)
        .invocationsPerIteration(500)
        .threads(3)
        .actorsPerThread(3)
        .check(getClass());
  }

  @Operation
  public void set(@Param(name = "key") int key, @Param(name = "value") int value) {
    store.set(KEYS.get(key), VALUES.get(value));
  }

  /** Reads by a swap that never happens: a get may wait, and time is not for Lincheck. */
  @Operation
  public String get(@Param(name = "key") int key) {
    return store.compareSet(KEYS.get(key), "absent", "never stored");
  }

  @Operation
  public String add(@Param(name = "key") int key) {
    try {
      return Long.toString(store.add(KEYS.get(key), 1));
    } catch (StoreException e) {
      return "no number";
    }
  }

  @Operation
  public String compareSet(
      @Param(name = "key") int key,
      @Param(name = "value") int expected,
      @Param(name = "value") int desired) {
    return store.compareSet(KEYS.get(key), VALUES.get(expected), VALUES.get(desired));
  }

  @Operation
  public void append(@Param(name = "key") int key, @Param(name = "value") int value) {
    store.append(KEYS.get(key), VALUES.get(value));
  }

  @Operation
  public void multiSet(@Param(name = "value") int value) {
    store.multiSet(KEYS, List.of(bytes(VALUES.get(value)), bytes(VALUES.get(value))));
  }

  @Operation
  public boolean check() {
    return store.check(KEYS);
  }

  @Operation
  public boolean deleteKey(@Param(name = "key") int key) {
    return store.deleteKey(KEYS.get(key));
  }

  @Operation
  public List<String> listKeys() {
    return store.listKeys().stream().sorted().toList();
  }

  @Operation
  public long numKeys() {
    return store.numKeys();
  }

  @Operation
  public void queuePush(@Param(name = "key") int key, @Param(name = "value") int value) {
    store.queuePush(KEYS.get(key), VALUES.get(value));
  }

  @Operation
  public String queuePop(@Param(name = "key") int key) {
    try {
      return new String(store.queuePop(KEYS.get(key), false), UTF_8);
    } catch (QueueEmptyException e) {
      return "empty";
    }
  }

  @Operation
  public long queueLen(@Param(name = "key") int key) {
    return store.queueLen(KEYS.get(key));
  }
}
