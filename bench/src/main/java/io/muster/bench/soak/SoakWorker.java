package io.muster.bench.soak;

import static io.muster.bench.soak.SoakLoad.require;

import io.muster.store.TcpStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Uses keys of its own in every way, and compares each answer with a copy of what it stored. */
final class SoakWorker implements SoakLoad.Client {
  private static final int KEYS = 32;
  private static final int MOST_AT_ONCE = 8;
  private static final int LONGEST_PAUSE_MICROS = 1_000;

  private final String prefix;
  private final Random random;
  private final Map<String, byte[]> copy = new HashMap<>();
  private long counter;

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
      if (store.check(counterKey())) {
        store.deleteKey(counterKey());
      }
      copy.keySet().forEach(key -> require(store.deleteKey(key), key + " was gone"));
    }
  }

  /** Returns how many operations that was. */
  private int doSomething(TcpStore store) {
    return switch (random.nextInt(8)) {
      case 0 -> set(store);
      case 1 -> get(store);
      case 2 -> add(store);
      case 3 -> compareSet(store);
      case 4 -> check(store);
      case 5 -> appendAndDelete(store);
      case 6 -> setAndGetMany(store);
      default -> pushAndPop(store);
    };
  }

  private int set(TcpStore store) {
    String key = anyKey();
    byte[] value = SoakLoad.randomBytes(random);
    store.set(key, value);
    copy.put(key, value);
    return 1;
  }

  private int get(TcpStore store) {
    String key = anyKey();
    byte[] value = copy.get(key);
    if (value == null) {
      return 0;
    }
    require(Arrays.equals(store.get(key), value), "get of " + key);
    return 1;
  }

  private int add(TcpStore store) {
    int delta = random.nextInt(-1_000, 1_000);
    counter += delta;
    long sum = store.add(counterKey(), delta);
    require(sum == counter, "add at " + counterKey() + ": " + sum + ", not " + counter);
    return 1;
  }

  private int compareSet(TcpStore store) {
    String key = anyKey();
    byte[] current = copy.get(key);
    byte[] desired = SoakLoad.randomBytes(random);
    if (current == null) {
      byte[] expected = {1};
      byte[] answer = store.compareSet(key, expected, desired);
      require(Arrays.equals(answer, expected), "compareSet of " + key + ", which is missing");
    } else if (random.nextBoolean()) {
      byte[] expected = Arrays.copyOf(current, current.length + 1);
      byte[] answer = store.compareSet(key, expected, desired);
      require(Arrays.equals(answer, current), "compareSet of " + key + ", which differs");
    } else {
      byte[] answer = store.compareSet(key, current, desired);
      require(Arrays.equals(answer, desired), "compareSet of " + key);
      copy.put(key, desired);
    }
    return 1;
  }

  private int check(TcpStore store) {
    List<String> keys = someKeys();
    boolean there = store.check(keys);
    require(there == copy.keySet().containsAll(keys), "check of " + keys + ": " + there);
    return 1;
  }

  private int appendAndDelete(TcpStore store) {
    String key = prefix + "/appended";
    byte[] first = SoakLoad.randomBytes(random);
    byte[] second = SoakLoad.randomBytes(random);
    store.append(key, first);
    store.append(key, second);
    byte[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    require(Arrays.equals(store.get(key), joined), "get of " + key);
    require(store.deleteKey(key), key + " was gone");
    require(!store.deleteKey(key), key + " was there when it was deleted");
    return 5;
  }

  private int setAndGetMany(TcpStore store) {
    List<String> keys = someKeys();
    List<byte[]> values = new ArrayList<>();
    for (String key : keys) {
      byte[] value = SoakLoad.randomBytes(random);
      values.add(value);
      copy.put(key, value);
    }
    store.multiSet(keys, values);
    List<byte[]> answers = store.multiGet(keys);
    for (int i = 0; i < keys.size(); i++) {
      String key = keys.get(i);
      require(Arrays.equals(answers.get(i), copy.get(key)), "multiGet of " + key);
    }
    return 2;
  }

  private int pushAndPop(TcpStore store) {
    String queue = prefix + "/queue";
    List<byte[]> items = new ArrayList<>();
    for (int i = random.nextInt(1, MOST_AT_ONCE); i > 0; i--) {
      items.add(SoakLoad.randomBytes(random));
    }
    items.forEach(item -> store.queuePush(queue, item));
    for (byte[] item : items) {
      boolean block = random.nextBoolean();
      require(Arrays.equals(store.queuePop(queue, block), item), "queuePop of " + queue);
    }
    require(store.queueLen(queue) == 0, "items left in " + queue);
    return 2 * items.size() + 1;
  }

  private String counterKey() {
    return prefix + "/counter";
  }

  private String anyKey() {
    return prefix + "/" + random.nextInt(KEYS);
  }

  private List<String> someKeys() {
    return random
        .ints(random.nextInt(1, MOST_AT_ONCE), 0, KEYS)
        .mapToObj(key -> prefix + "/" + key)
        .toList();
  }
}
