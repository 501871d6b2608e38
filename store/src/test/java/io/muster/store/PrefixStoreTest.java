package io.muster.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrefixStoreTest {
  private final HashStore hash = new HashStore();

  @Test
  void underlyingStore_isTheOneGiven() {
    PrefixStore inner = new PrefixStore("inner", hash);

    assertThat(inner.underlyingStore()).isSameAs(hash);
    assertThat(new PrefixStore("outer", inner).underlyingStore()).isSameAs(inner);
  }

  @Test
  void underlyingNonPrefixStore_isBelowAllPrefixes() {
    PrefixStore one = new PrefixStore("test_prefix", hash);
    PrefixStore three = new PrefixStore("test_prefix", new PrefixStore("test_prefix", one));

    assertThat(one.underlyingNonPrefixStore()).isSameAs(hash);
    assertThat(three.underlyingNonPrefixStore()).isSameAs(hash);
  }

  @Test
  @SuppressWarnings("NullAway") // what a caller without a null checker may do
  void store_null_isRefused() {
    assertThatNullPointerException()
        .isThrownBy(() -> new PrefixStore("p", null))
        .withMessageContaining("store argument cannot be null");
    assertThatNullPointerException().isThrownBy(() -> new PrefixStore(null, hash));
  }

  @Test
  void key_standsBehindThePrefixAndASlash() {
    new PrefixStore("p", hash).set("k", "1");
    new PrefixStore("", hash).set("k", "2");
    new PrefixStore("p/q", hash).set("", "3");

    assertThat(hash.listKeys()).containsExactlyInAnyOrder("p/k", "/k", "p/q/");
    assertThat(hash.multiGet("p/k", "/k", "p/q/"))
        .containsExactly(new byte[] {'1'}, new byte[] {'2'}, new byte[] {'3'});
  }

  @Test
  void key_ofNestedStores_standsBehindTheInnermostPrefixFirst() {
    Store nested = new PrefixStore("outer", new PrefixStore("inner", hash));

    nested.set("x", "y");

    assertThat(hash.getString("inner/outer/x")).isEqualTo("y");
    assertThat(nested.getString("x")).isEqualTo("y");
    assertThat(nested.listKeys()).containsExactly("x");
    assertThat(new PrefixStore("inner", hash).listKeys()).containsExactly("outer/x");
  }

  @Test
  void listKeys_prefixesThatBeginAlike_areApart() {
    hash.set("a", "not under a prefix");
    hash.set("a/k", "v");
    hash.set("a/b/k", "v");
    hash.set("a/", "v");
    hash.set("ab/k", "v");
    hash.set("abc", "v");
    hash.set("/a/k", "v");

    assertThat(new PrefixStore("a", hash).listKeys()).containsExactlyInAnyOrder("k", "b/k", "");
    assertThat(new PrefixStore("ab", hash).listKeys()).containsExactly("k");
    assertThat(new PrefixStore("", hash).listKeys()).containsExactly("a/k");
    assertThat(new PrefixStore("missing", hash).listKeys()).isEmpty();
  }

  @Test
  void numKeys_countsTheWholeUnderlyingStore() {
    hash.set("outside", "v");
    Store prefixed = new PrefixStore("p", hash);
    prefixed.set("inside", "v");

    assertThat(prefixed.numKeys()).isEqualTo(2);
  }

  @Test
  void storesOfDifferentPrefixes_doNotSeeEachOther() {
    Store one = new PrefixStore("one", hash);
    Store two = new PrefixStore("two", hash);
    one.set("k", "1");
    one.queuePush("q", "1");

    assertThat(two.check("k")).isFalse();
    assertThat(two.queueLen("q")).isZero();
    assertThat(two.deleteKey("k")).isFalse();
    assertThat(two.add("k", 5)).isEqualTo(5);
    assertThat(one.getString("k")).isEqualTo("1");
  }

  @Test
  void everyOperation_reachesTheUnderlyingKey() {
    Store p = new PrefixStore("p", hash);

    p.compareSet("k", "", "v");
    p.append("k", "w");
    p.multiSet(List.of("m"), List.of("x".getBytes(UTF_8)));
    p.add("n", 3);
    p.queuePush("q", "item");

    assertThat(hash.getString("p/k")).isEqualTo("vw");
    assertThat(p.findString("k")).contains("vw");
    assertThat(p.compareAndSet("k", "vw", "v")).isTrue();
    assertThat(hash.getString("p/k")).isEqualTo("v");
    assertThat(hash.getString("p/m")).isEqualTo("x");
    assertThat(hash.getString("p/n")).isEqualTo("3");
    assertThat(hash.queueLen("p/q")).isEqualTo(1);
    assertThat(p.deleteKey("k")).isTrue();
    assertThat(hash.check("p/k")).isFalse();
    assertThat(p.queuePop("q")).isEqualTo("item".getBytes(UTF_8));
  }

  @Test
  void timeout_isTheUnderlyingStores() {
    Store prefixed = new PrefixStore("p", hash);

    prefixed.setTimeout(Duration.ofSeconds(7));
    assertThat(hash.timeout()).hasSeconds(7);

    hash.setTimeout(Duration.ofSeconds(8));
    assertThat(prefixed.timeout()).hasSeconds(8);
  }

  @Test
  void close_closesTheUnderlyingStore() {
    RecordingStore store = new RecordingStore();

    new PrefixStore("outer", new PrefixStore("inner", store)).close();

    assertThat(store.closed).isTrue();
  }

  @Test
  void toString_showsPrefixAndStore() {
    assertThat(new PrefixStore("outer", new PrefixStore("inner", hash)))
        .hasToString("PrefixStore(outer, PrefixStore(inner, HashStore))");
  }

  /** The keys that a PyTorch 2.13 job leaves behind under the prefixes of its process group. */
  @Test
  void keys_ofAProcessGroup_areThoseOfPyTorch() {
    Store group =
        new PrefixStore("0", new PrefixStore("cpu/", new PrefixStore("default_pg/0/", hash)));

    group.set("1", "address");

    assertThat(hash.listKeys()).containsExactly("default_pg/0//cpu//0/1");
  }
}
