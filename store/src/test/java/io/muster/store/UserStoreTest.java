package io.muster.store;

import static io.muster.fixtures.contract.StoreFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Background;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores that users write: what they must implement, and what they get without doing so. */
class UserStoreTest {
  /** The four operations a user must write, over a map; a missing key reads as an empty value. */
  private static final class MapStore implements Store {
    private final Map<String, byte[]> map = new HashMap<>();

    @Override
    public void set(String key, byte[] value) {
      map.put(key, value);
    }

    @Override
    public byte[] get(String key) {
      return map.getOrDefault(key, new byte[0]);
    }

    @Override
    public long add(String key, long delta) {
      long sum = (map.containsKey(key) ? Long.parseLong(getString(key)) : 0) + delta;
      set(key, Long.toString(sum));
      return sum;
    }

    @Override
    public byte[] compareSet(String key, byte[] expected, byte[] desired) {
      byte[] current = map.get(key);
      if (current == null || Arrays.equals(current, expected)) {
        map.put(key, desired);
        return desired;
      }
      return current;
    }
  }

  @Test
  void setGetAddCompareSet_throughAPrefix_reachTheUsersStore() {
    MapStore user = new MapStore();
    Store store = new PrefixStore("p", user);

    store.add("key", 1);
    store.add("key", 2);
    store.add("key", 3);
    store.set("key0", "value0");
    store.add("key3", 1);
    store.set("key1", "value1");
    store.add("key3", 20);

    assertThat(store.getString("key")).isEqualTo("6");
    assertThat(store.getString("key0")).isEqualTo("value0");
    assertThat(store.getString("key1")).isEqualTo("value1");
    assertThat(store.getString("key3")).isEqualTo("21");
    assertThat(store.compareSet("key0", "other", "new")).isEqualTo("value0");
    assertThat(store.compareSet("key0", "value0", "new")).isEqualTo("new");
    assertThat(user.map).containsOnlyKeys("p/key", "p/key0", "p/key1", "p/key3");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void optionalMethods_notWritten_fail(boolean prefixed) {
    Store store = prefixed ? new PrefixStore("p", new EmptyStore()) : new EmptyStore();

    assertThat(store.hasExtendedApi()).isFalse();
    assertNotImplemented(() -> store.append("foo", "bar"));
    assertNotImplemented(() -> store.multiGet("foo", "bar"));
    assertNotImplemented(
        () -> store.multiSet(List.of("foo", "bar"), List.of(bytes("v"), bytes("v"))));
    assertNotImplemented(() -> store.compareAndSwap("foo", "bar", "baz"));
    assertNotImplemented(() -> store.compareAndSet("foo", "bar", "baz"));
    assertNotImplemented(() -> store.find("foo"));
    assertNotImplemented(() -> store.watch("foo"));
    assertNotImplemented(() -> store.watch("foo", 1));
    assertNotImplemented(() -> store.check("foo"));
    assertNotImplemented(() -> store.await("foo"));
    assertNotImplemented(() -> store.await(Duration.ZERO, "foo"));
    assertNotImplemented(() -> store.deleteKey("foo"));
    assertNotImplemented(store::numKeys);
    assertNotImplemented(store::listKeys);
    assertNotImplemented(() -> store.queuePush("foo", "bar"));
    assertNotImplemented(() -> store.queuePop("foo"));
    assertNotImplemented(() -> store.queueLen("foo"));
    assertNotImplemented(() -> store.barrier("foo", 1));
    assertNotImplemented(() -> store.setTimeout(Duration.ZERO));
    assertNotImplemented(store::duplicate);
    assertThat(store.timeout()).isEqualTo(Store.DEFAULT_TIMEOUT);
    store.close();
  }

  private static void assertNotImplemented(Runnable call) {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(call::run)
        .withMessage("Not implemented.");
  }

  @Test
  void hasExtendedApi_throughAPrefix_isTheUsersStores() {
    assertThat(new PrefixStore("p", new RecordingStore()).hasExtendedApi()).isTrue();
    assertThat(new PrefixStore("p", new MapStore()).hasExtendedApi()).isFalse();
  }

  @Test
  void append_throughAPrefix_reachesTheUsersStore() {
    RecordingStore user = new RecordingStore();

    new PrefixStore("p", user).append("foo", "bar");

    assertThat(user.appends).hasSize(1);
    assertThat(user.appends.get(0).getKey()).isEqualTo("p/foo");
    assertThat(user.appends.get(0).getValue()).isEqualTo(bytes("bar"));
  }

  @Test
  void multiGet_throughAPrefix_reachesTheUsersStore() {
    RecordingStore user = new RecordingStore();
    user.multiGetResults.add(List.of(bytes("x"), bytes("y")));

    List<byte[]> values = new PrefixStore("p", user).multiGet("foo", "bar");

    assertThat(user.multiGets).containsExactly(List.of("p/foo", "p/bar"));
    assertThat(values).containsExactly(bytes("x"), bytes("y"));
  }

  @Test
  void multiSet_throughAPrefix_reachesTheUsersStore() {
    RecordingStore user = new RecordingStore();

    new PrefixStore("p", user).multiSet(List.of("foo", "bar"), List.of(bytes("x"), bytes("y")));

    assertThat(user.multiSets).hasSize(1);
    assertThat(user.multiSets.get(0).keys()).containsExactly("p/foo", "p/bar");
    assertThat(user.multiSets.get(0).values()).containsExactly(bytes("x"), bytes("y"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void extendedOperations_notWritten_fallBackOnTheOthers(boolean prefixed) {
    Store store = prefixed ? new PrefixStore("p", new MapStore()) : new MapStore();

    store.append("foo", "po");
    store.append("foo", "tato");
    assertThat(store.getString("foo")).isEqualTo("potato");

    store.multiSet(List.of("a", "b"), List.of(bytes("c"), bytes("d")));
    assertThat(store.multiGet("a", "b", "foo"))
        .containsExactly(bytes("c"), bytes("d"), bytes("potato"));
  }

  @Test
  void appendFallback_emptyValue_makesTheKey() {
    MapStore store = new MapStore();

    store.append("k", "");

    assertThat(store.map).containsOnlyKeys("k");
  }

  @Test
  void multiSetFallback_listsOfDifferentSize_setsNothing() {
    MapStore store = new MapStore();

    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> store.multiSet(List.of("a", "b"), List.of(bytes("1"))));

    assertThat(store.map).isEmpty();
  }

  /** A store that several threads may use, whose other operations are the fallbacks. */
  private static class FallbackStore implements Store {
    private final HashStore store = new HashStore();

    @Override
    public void set(String key, byte[] value) {
      store.set(key, value);
    }

    @Override
    public byte[] get(String key) {
      return store.get(key);
    }

    @Override
    public long add(String key, long delta) {
      return store.add(key, delta);
    }

    @Override
    public byte[] compareSet(String key, byte[] expected, byte[] desired) {
      return store.compareSet(key, expected, desired);
    }

    @Override
    public boolean check(List<String> keys) {
      return store.check(keys);
    }

    @Override
    public void await(Duration timeout, List<String> keys) {
      store.await(timeout, keys);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void appendFallback_differentBytesByManyThreads_losesNothing(boolean keyIsThere) {
    FallbackStore store = new FallbackStore();
    if (keyIsThere) {
      store.set("k", "");
    }
    List<Background<Boolean>> threads =
        List.of("a", "b", "c", "d").stream()
            .map(
                letter ->
                    Background.run(
                        () -> {
                          for (int i = 0; i < 100; i++) {
                            store.append("k", letter + i + ";");
                          }
                        }))
            .toList();

    threads.forEach(Background::result);

    assertThat(store.getString("k").split(";")).hasSize(400).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void findFallback_findsWhatIsThere(boolean prefixed) {
    Store store = prefixed ? new PrefixStore("p", new FallbackStore()) : new FallbackStore();
    store.set("k", "v");

    assertThat(store.findString("k")).contains("v");
    assertThat(store.find("other")).isEmpty();
  }

  @Test
  void findFallback_keyDeletedMeanwhile_isEmpty() {
    Store store =
        new FallbackStore() {
          @Override
          public byte[] get(String key) {
            throw StoreTimeoutException.ofKeys(
                Duration.ZERO, "", List.of(key), List.of(key), "a store");
          }
        };
    store.set("k", "v");

    assertThat(store.find("k")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void compareAndSetFallback_saysWhatTheKeyHolds(boolean prefixed) {
    Store store = prefixed ? new PrefixStore("p", new FallbackStore()) : new FallbackStore();

    assertThat(store.compareAndSet("k", "", "v")).isTrue();
    assertThat(store.compareAndSet("k", "", "v")).isTrue();
    assertThat(store.compareAndSet("k", "v", "w")).isTrue();
    assertThat(store.compareAndSet("k", "v", "x")).isFalse();
    assertThat(store.getString("k")).isEqualTo("w");
    assertThat(store.compareAndSet("missing", "v", "v")).isFalse();
    assertThat(store.compareAndSet("missing", "v", "w")).isFalse();
    assertThat(store.check("missing")).isFalse();
  }

  @Test
  void barrierFallback_lastComesWhileTheFirstTimesOut_letsBothThrough() {
    boolean[] lastHasCome = {false};
    Store store =
        new FallbackStore() {
          @Override
          public long add(String key, long delta) {
            if (delta < 0) {
              lastHasCome[0] = true;
              barrier("b", 2, Duration.ZERO);
            }
            return super.add(key, delta);
          }
        };

    store.barrier("b", 2, Duration.ZERO);

    assertThat(lastHasCome[0]).isTrue();
  }

  @Test
  void barrierFallback_leavesTheKeysOfPyTorch() {
    FallbackStore store = new FallbackStore();

    store.barrier("b", 1);

    assertThat(store.getString("b/num_members")).isEqualTo("1");
    assertThat(store.getString("b/last_member")).isEqualTo("1");
  }
}
