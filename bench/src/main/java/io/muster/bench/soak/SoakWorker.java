package io.muster.bench.soak;

import static io.muster.bench.soak.SoakLoad.require;

import io.muster.store.HashStore;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Uses keys of its own in every way, does the same to a store in its own memory, and compares the
 * answers.
 */
final class SoakWorker implements SoakLoad.Client {
  private static final int KEYS = 32;
  private static final int MOST_AT_ONCE = 8;
  private static final int LONGEST_PAUSE_MICROS = 1_000;

  private final String prefix;
  private final Random random;
  private final HashStore copy = new HashStore();

  SoakWorker(String prefix, Random random) {
    this.prefix = prefix;
    this.random = random;
  }

  @Override
  public void run(SoakLoad load) {
    try (TcpStore store = load.connect()) {
      while (load.goesOn()) {
        load.countOperations(doSomething(store));
        SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
      }
      copy.listKeys().forEach(key -> require(store.deleteKey(key), key + " was gone"));
    }
  }

  /** Returns how many operations that was. */
  private int doSomething(Store store) {
    String key = prefix + "/" + random.nextInt(KEYS);
    byte[] value = SoakLoad.randomBytes(random);
    return switch (random.nextInt(8)) {
      case 0 -> tell(store, both -> both.set(key, value));
      case 1 -> copy.check(key) ? ask(store, "get of " + key, both -> both.get(key)) : 0;
      case 2 -> add(store);
      case 3 -> compareSet(store, key, value);
      case 4 -> check(store);
      case 5 -> appendAndDelete(store, value);
      case 6 -> setAndGetMany(store);
      default -> pushAndPop(store);
    };
  }

  private int tell(Store store, Consumer<Store> operation) {
    operation.accept(store);
    operation.accept(copy);
    return 1;
  }

  private int ask(Store store, String what, Function<Store, Object> operation) {
    Object answer = operation.apply(store);
    require(Objects.deepEquals(answer, operation.apply(copy)), what);
    return 1;
  }

  private int add(Store store) {
    int delta = random.nextInt(-1_000, 1_000);
    return ask(store, "add of " + delta, both -> both.add(prefix + "/counter", delta));
  }

  /** Expects what is there, or else something longer, or anything at a key that is missing. */
  private int compareSet(Store store, String key, byte[] desired) {
    byte[] current = copy.check(key) ? copy.get(key) : new byte[] {1};
    byte[] expected = random.nextBoolean() ? current : Arrays.copyOf(current, current.length + 1);
    return ask(store, "compareSet of " + key, both -> both.compareSet(key, expected, desired));
  }

  private int check(Store store) {
    List<String> keys = someKeys();
    return ask(store, "check of " + keys, both -> both.check(keys));
  }

  private int appendAndDelete(Store store, byte[] value) {
    String key = prefix + "/appended";
    byte[] more = SoakLoad.randomBytes(random);
    return tell(store, both -> both.append(key, value))
        + tell(store, both -> both.append(key, more))
        + ask(store, "get of " + key, both -> both.get(key))
        + ask(store, "deletion of " + key, both -> both.deleteKey(key))
        + ask(store, "deletion again of " + key, both -> both.deleteKey(key));
  }

  private int setAndGetMany(Store store) {
    List<String> keys = someKeys();
    List<byte[]> values = keys.stream().map(key -> SoakLoad.randomBytes(random)).toList();
    return tell(store, both -> both.multiSet(keys, values))
        + ask(store, "multiGet of " + keys, both -> both.multiGet(keys).toArray());
  }

  private int pushAndPop(Store store) {
    String queue = prefix + "/queue";
    int items = random.nextInt(1, MOST_AT_ONCE);
    int operations = 0;
    for (byte[] item : Stream.generate(() -> SoakLoad.randomBytes(random)).limit(items).toList()) {
      operations += tell(store, both -> both.queuePush(queue, item));
    }
    for (int i = 0; i < items; i++) {
      boolean block = random.nextBoolean();
      operations += ask(store, "queuePop of " + queue, both -> both.queuePop(queue, block));
    }
    return operations + ask(store, "queueLen of " + queue, both -> both.queueLen(queue));
  }

  private List<String> someKeys() {
    return random
        .ints(random.nextInt(1, MOST_AT_ONCE), 0, KEYS)
        .mapToObj(key -> prefix + "/" + key)
        .toList();
  }
}
