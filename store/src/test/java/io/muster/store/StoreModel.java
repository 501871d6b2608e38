package io.muster.store;

import static io.muster.store.StoreFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a store must hold after the operations it was given, kept in the simplest way. Each {@link
 * #step} does one random operation on the store and on the model and compares the answers. The
 * timeout of the store must be zero, so that nothing waits.
 */
final class StoreModel {
  private static final Pattern NUMBER = Pattern.compile("(?s)[ \t-\r]*([+-]?[0-9]+).*");
  private static final List<String> INTERESTING =
      List.of("", "0", "12abc", " 7", "\n-5", "abc", "9223372036854775807", "99999999999999999999");

  private final SplittableRandom random;
  private final String keyPrefix;
  private final boolean withQueues;
  private final boolean keptByPyTorch;

  private final Map<String, byte[]> values = new HashMap<>();
  private final Map<String, Deque<byte[]>> queues = new HashMap<>();

  /** A model of the keys that begin with {@code keyPrefix}. */
  StoreModel(SplittableRandom random, String keyPrefix, StoreFixture fixture) {
    this.random = random;
    this.keyPrefix = keyPrefix;
    this.withQueues = fixture.hasQueues();
    this.keptByPyTorch = fixture.isKeptByPyTorch();
  }

  /** One random operation. */
  void step(Store store) {
    String key = key();
    switch (random.nextInt(withQueues ? 14 : 11)) {
      case 0 -> set(store, key);
      case 1 -> get(store, key);
      case 2 -> add(store, key);
      case 3 -> compareSet(store, key);
      case 4 -> check(store, List.of(key, key()));
      case 5 -> await(store, List.of(key(), key));
      case 6 -> assertThat(store.deleteKey(key)).isEqualTo(values.remove(key) != null);
      case 7 -> append(store, key);
      case 8 -> multiGet(store, List.of(key, key()));
      case 9 -> multiSet(store, key);
      case 10 -> check(store, List.of(key));
      case 11 -> queuePush(store, key);
      case 12 -> queuePop(store, key);
      default -> assertThat(store.queueLen(key)).isEqualTo(queue(key).size());
    }
  }

  /** Compares all there is; {@code store} must hold no keys but those of this model. */
  void checkAll(Store store, int bookkeepingKeys) {
    assertThat(store.numKeys()).isEqualTo(bookkeepingKeys + values.size());
    checkOwn(store);
  }

  /** Compares the keys of this model. */
  void checkOwn(Store store) {
    assertThat(store.listKeys().stream().filter(key -> key.startsWith(keyPrefix)))
        .containsExactlyInAnyOrderElementsOf(values.keySet());
    values.forEach((key, value) -> assertThat(store.get(key)).isEqualTo(value));
  }

  private void set(Store store, String key) {
    byte[] value = value();
    store.set(key, value);
    values.put(key, value);
  }

  private void get(Store store, String key) {
    byte[] value = values.get(key);
    if (isOnlyAQueue(key) && keptByPyTorch) {
      assertThat(store.get(key)).isEmpty();
    } else if (value == null) {
      assertThatThrownBy(() -> store.get(key)).isInstanceOf(StoreTimeoutException.class);
    } else {
      assertThat(store.get(key)).isEqualTo(value);
    }
  }

  private void add(Store store, String key) {
    long delta = random.nextBoolean() ? random.nextInt(-9, 10) : random.nextLong();
    if (keptByPyTorch && !digits(values.getOrDefault(key, bytes("0")))) {
      return;
    }
    Optional<Long> number = number(values.getOrDefault(key, new byte[0]));
    if (number.isPresent()) {
      long sum = number.get() + delta;
      assertThat(store.add(key, delta)).isEqualTo(sum);
      values.put(key, bytes(Long.toString(sum)));
    } else {
      assertThatThrownBy(() -> store.add(key, delta)).isInstanceOf(StoreException.class);
    }
  }

  private static Optional<Long> number(byte[] value) {
    if (value.length == 0) {
      return Optional.of(0L);
    }
    Matcher text = NUMBER.matcher(new String(value, StandardCharsets.ISO_8859_1));
    return text.matches()
        ? Optional.of(new BigInteger(text.group(1)))
            .filter(number -> number.bitLength() < Long.SIZE)
            .map(BigInteger::longValue)
        : Optional.empty();
  }

  private static boolean digits(byte[] value) {
    return value.length > 0 && number(value).isPresent();
  }

  private void compareSet(Store store, String key) {
    byte[] current = values.get(key);
    byte[] expected = current != null && random.nextBoolean() ? current : value();
    byte[] desired = value();
    boolean swaps = current == null ? expected.length == 0 : Arrays.equals(current, expected);
    byte[] returned = swaps ? desired : current == null ? expected : current;
    assertThat(store.compareSet(key, expected, desired)).isEqualTo(returned);
    if (swaps) {
      values.put(key, desired);
    }
  }

  private void check(Store store, List<String> keys) {
    assertThat(store.check(keys)).isEqualTo(keys.stream().allMatch(this::isPresent));
  }

  private void await(Store store, List<String> keys) {
    if (keys.stream().allMatch(this::isPresent)) {
      store.await(keys);
    } else {
      assertThatThrownBy(() -> store.await(Duration.ZERO, keys))
          .isInstanceOf(StoreTimeoutException.class);
    }
  }

  private boolean isPresent(String key) {
    return values.containsKey(key) || !queue(key).isEmpty();
  }

  private boolean isOnlyAQueue(String key) {
    return !values.containsKey(key) && !queue(key).isEmpty();
  }

  private void append(Store store, String key) {
    byte[] value = value();
    store.append(key, value);
    values.merge(key, value, StoreModel::joined);
  }

  private static byte[] joined(byte[] a, byte[] b) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(a);
    out.writeBytes(b);
    return out.toByteArray();
  }

  private void multiGet(Store store, List<String> keys) {
    if (values.keySet().containsAll(keys)) {
      assertThat(store.multiGet(keys))
          .containsExactlyElementsOf(keys.stream().map(values::get).toList());
    } else if (!keptByPyTorch || !keys.stream().allMatch(this::isPresent)) {
      assertThatThrownBy(() -> store.multiGet(keys)).isInstanceOf(StoreTimeoutException.class);
    }
  }

  private void multiSet(Store store, String key) {
    List<String> keys = Stream.of(key, key(), key()).limit(random.nextInt(4)).toList();
    List<byte[]> some = keys.stream().map(name -> value()).toList();
    store.multiSet(keys, some);
    for (int i = 0; i < keys.size(); i++) {
      values.put(keys.get(i), some.get(i));
    }
  }

  private void queuePush(Store store, String key) {
    byte[] item = value();
    store.queuePush(key, item);
    queue(key).add(item);
  }

  private void queuePop(Store store, String key) {
    byte[] item = queue(key).poll();
    if (item != null) {
      assertThat(store.queuePop(key, random.nextBoolean())).isEqualTo(item);
    } else if (random.nextBoolean()) {
      assertThatThrownBy(() -> store.queuePop(key, false)).isInstanceOf(QueueEmptyException.class);
    } else {
      assertThatThrownBy(() -> store.queuePop(key)).isInstanceOf(StoreTimeoutException.class);
    }
  }

  private Deque<byte[]> queue(String key) {
    return queues.computeIfAbsent(key, name -> new ArrayDeque<>());
  }

  private String key() {
    return keyPrefix + random.nextInt(8);
  }

  private byte[] value() {
    return random.nextBoolean()
        ? Randomized.bytes(random, 20)
        : bytes(INTERESTING.get(random.nextInt(INTERESTING.size())));
  }
}
