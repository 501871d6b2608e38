package io.muster.store;

import static io.muster.store.StoreFixture.bytes;
import static io.muster.store.StoreFixture.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and their values, as far as one thread sees them. */
public interface KeyContract extends StoreFixture {
  @Test
  default void setGetCheck_mixedWithCounters_seeEachOther() {
    Store store = store();

    store.add("key", 1);
    store.add("key", 2);
    store.add("key", 3);
    store.set("key0", "value0");
    store.add("key3", 1);
    store.set("key1", "value1");
    store.add("key3", 2);
    store.set("key2", "value2");
    store.add("key3", 3);
    store.add("key3", 4);
    store.add("key3", 5);
    store.add("key3", 6);

    assertThat(store.numKeys()).isEqualTo(bookkeepingKeys() + 5);
    assertThat(store.get("key")).isEqualTo(bytes("6"));
    assertThat(store.get("key0")).isEqualTo(bytes("value0"));
    assertThat(store.get("key1")).isEqualTo(bytes("value1"));
    assertThat(store.get("key2")).isEqualTo(bytes("value2"));
    assertThat(store.get("key3")).isEqualTo(bytes("21"));
    assertThat(store.check("key3")).isTrue();
    assertThat(store.check("Randomkey3")).isFalse();

    store.set("-key3", "7");
    assertThat(store.get("-key3")).isEqualTo(bytes("7"));
    assertThat(store.deleteKey("-key3")).isTrue();
    assertThat(store.numKeys()).isEqualTo(bookkeepingKeys() + 5);
  }

  @Test
  default void set_keyWithValue_replacesIt() {
    store().set("k", "first value");
    store().set("k", "second");

    assertThat(store().getString("k")).isEqualTo("second");
    assertThat(store().numKeys()).isEqualTo(bookkeepingKeys() + 1);
  }

  @Test
  default void set_emptyValue_makesTheKey() {
    store().set("k", "");

    assertThat(store().check("k")).isTrue();
    assertThat(store().get("k")).isEmpty();
    assertThat(store().numKeys()).isEqualTo(bookkeepingKeys() + 1);
  }

  @Test
  default void set_allByteValues_areKept() {
    byte[] value = new byte[256];
    IntStream.range(0, 256).forEach(i -> value[i] = (byte) i);

    store().set("k", value);

    assertThat(store().get("k")).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(ints = {1439, 1440, 4096, 4097, 65_535, 65_536, 65_537, 1 << 20})
  default void set_longValue_isKept(int length) {
    byte[] value = new byte[length];
    IntStream.range(0, length).forEach(i -> value[i] = (byte) (i * 31 + i / 251));

    store().set("k", value);

    assertThat(store().get("k")).isEqualTo(value);
  }

  @Test
  default void arrays_changedByTheirOwner_doNotChangeTheStore() {
    byte[] given = bytes("abc");
    store().set("set", given);
    store().append("appended", given);
    store().compareSet("swapped", new byte[0], given);
    store().multiSet(List.of("many"), List.of(given));
    given[0] = 'X';
    store().get("set")[1] = 'Y';
    store().multiGet("set").get(0)[1] = 'Y';
    store().compareSet("set", bytes("other"), bytes("z"))[2] = 'Z';
    store().compareSet("swapped", bytes("abc"), bytes("abc"))[2] = 'Z';

    assertThat(store().multiGet("set", "appended", "swapped", "many"))
        .containsExactly(bytes("abc"), bytes("abc"), bytes("abc"), bytes("abc"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/", "-key3", "+key", "a/b", "//a//", " ", "\n\0", "é√😀", "\uDCFFx\uDC80"})
  default void key_ofAnyCharacters_isItsOwn(String key) {
    store().set(key, "1");
    store().set(key + "'", "other");
    store().add(key, 1);
    store().append(key, "0");

    assertThat(store().getString(key)).isEqualTo("20");
    assertThat(store().check(key)).isTrue();
    assertThat(store().listKeys()).containsExactlyInAnyOrder(key, key + "'");
    assertThat(store().deleteKey(key)).isTrue();
    assertThat(store().check(key)).isFalse();
    assertThat(store().getString(key + "'")).isEqualTo("other");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uD800", "a\uDC7F", "\uDD00b"})
  default void key_withUnpairedSurrogate_isRefused(String key) {
    assertThatIllegalArgumentException().isThrownBy(() -> store().set(key, "v"));
    assertThatIllegalArgumentException().isThrownBy(() -> store().check("ok", key));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> store().multiSet(List.of("first", key), List.of(new byte[1], new byte[1])));

    assertThat(store().listKeys()).isEmpty();
  }

  @Test
  default void add_absentKey_startsAtZero() {
    assertThat(store().add("k", 5)).isEqualTo(5);
    assertThat(store().add("k", -7)).isEqualTo(-2);
    assertThat(store().add("k", 0)).isEqualTo(-2);
    assertThat(store().getString("k")).isEqualTo("-2");
    assertThat(store().add("zero", 0)).isZero();
    assertThat(store().getString("zero")).isEqualTo("0");
  }

  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "41,1,42",
        "'',1,1",
        "12abc,1,13",
        " 12,1,13",
        "'\t\n\u000b\f\r +7',1,8",
        "0x10,1,1",
        "-3,1,-2",
        "007,1,8",
        "1.9,1,2",
        "9223372036854775807,1,-9223372036854775808",
        "-9223372036854775808,-1,9223372036854775807"
      })
  default void add_textThatBeginsWithANumber_countsFromIt(String text, long delta, long sum) {
    store().set("k", text);

    assertThat(store().add("k", delta)).isEqualTo(sum);
    assertThat(store().getString("k")).isEqualTo(Long.toString(sum));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "abc",
        " ",
        "+",
        "-",
        "- 1",
        "+-1",
        "a1",
        "9223372036854775808",
        "-9223372036854775809"
      })
  default void add_textThatIsNoNumber_throwsAndLeavesTheStoreUsable(String text) {
    store().set("k", text);

    assertThatThrownBy(() -> store().add("k", 1)).isInstanceOf(StoreException.class);

    assertThat(store().getString("k")).isEqualTo(text);
    assertThat(store().add("other", 1)).isEqualTo(1);
    assertThat(store().numKeys()).isEqualTo(bookkeepingKeys() + 2);
  }

  @Test
  default void add_bytesBeyondAscii_isNoNumber() {
    store().set("k", "１２");

    assertThatThrownBy(() -> store().add("k", 1)).isInstanceOf(StoreException.class);
  }

  @Test
  default void compareSet_asThePyTorchTestsUseIt() {
    Store store = store();

    assertThat(store.compareSet("cs_key0", "wrong_old_value", "new_value0"))
        .isEqualTo("wrong_old_value");
    assertThat(store.check("cs_key0")).isFalse();

    store.set("cs_key0", "value0");
    assertThat(store.getString("cs_key0")).isEqualTo("value0");
    assertThat(store.compareSet("cs_key0", "wrong_old_value", "new_value0")).isEqualTo("value0");
    assertThat(store.getString("cs_key0")).isEqualTo("value0");
    assertThat(store.compareSet("cs_key0", "value0", "new_value0")).isEqualTo("new_value0");
    assertThat(store.getString("cs_key0")).isEqualTo("new_value0");
    assertThat(store.compareSet("cs_key1", "", "new_value1")).isEqualTo("new_value1");
    assertThat(store.getString("cs_key1")).isEqualTo("new_value1");
  }

  /** A dash stands for no key. */
  @ParameterizedTest
  @CsvSource({
    "-,  '', d,  d,  d",
    "-,  '', '', '', ''",
    "-,  e,  d,  e,  -",
    "-,  e,  '', e,  -",
    "'', '', d,  d,  d",
    "'', e,  d,  '', ''",
    "e,  e,  d,  d,  d",
    "e,  e,  '', '', ''",
    "e,  e,  e,  e,  e",
    "e,  '', d,  e,  e",
    "ee, e,  d,  ee, ee"
  })
  default void compareSet_returnsWhatIsThereAfterwards(
      String before, String expected, String desired, String returned, String after) {
    if (!before.equals("-")) {
      store().set("k", before);
    }

    assertThat(store().compareSet("k", expected, desired)).isEqualTo(returned);

    if (after.equals("-")) {
      assertThat(store().check("k")).isFalse();
    } else {
      assertThat(store().getString("k")).isEqualTo(after);
    }
  }

  @Test
  default void check_severalKeys_needsAllOfThem() {
    store().set("a", "1");
    store().set("b", "");

    assertThat(store().check("a", "b")).isTrue();
    assertThat(store().check("a", "missing")).isFalse();
    assertThat(store().check("missing", "b")).isFalse();
    assertThat(store().check("a", "a")).isTrue();
    assertThat(store().check("missing", "missing")).isFalse();
    assertThat(store().check(List.of())).isTrue();
  }

  @Test
  default void deleteKey_saysWhetherItWasThere() {
    store().set("k", "v");

    assertThat(store().deleteKey("k")).isTrue();
    assertThat(store().deleteKey("k")).isFalse();
    assertThat(store().deleteKey("never")).isFalse();
    assertThat(store().check("k")).isFalse();
    assertThat(store().add("k", 1)).isEqualTo(1);
  }

  @Test
  default void numKeys_keysSetAndDeleted_followsThem() {
    Store store = store();
    store.add("key", 1);
    store.add("key", 2);
    store.add("key", 3);
    store.set("key0", "value0");
    store.add("key3", 1);
    store.set("key1", "value1");
    assertThat(store.numKeys()).isEqualTo(bookkeepingKeys() + 4);

    store.deleteKey("key");
    assertThat(store.numKeys()).isEqualTo(bookkeepingKeys() + 3);
    store.setTimeout(Duration.ofMillis(50));
    assertThatThrownBy(() -> store.get("key")).isInstanceOf(StoreTimeoutException.class);

    store.deleteKey("key0");
    store.deleteKey("key3");
    assertThat(store.numKeys()).isEqualTo(bookkeepingKeys() + 1);

    store.set("key4", "value2");
    assertThat(store.numKeys()).isEqualTo(bookkeepingKeys() + 2);
    assertThat(store.get("key1")).isEqualTo(bytes("value1"));
    assertThat(store.get("key4")).isEqualTo(bytes("value2"));
  }

  @Test
  default void listKeys_emptyStore_isEmpty() {
    assertThat(store().listKeys()).isEmpty();
    assertThat(store().numKeys()).isEqualTo(bookkeepingKeys());
  }

  @Test
  default void listKeys_thousandKeys_areAllThere() {
    List<String> keys = IntStream.range(0, 1000).mapToObj(i -> "dir/" + i).toList();
    store().multiSet(keys, keys.stream().map(StoreFixture::bytes).toList());

    assertThat(store().listKeys()).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(store().multiGet(keys))
        .containsExactlyElementsOf(keys.stream().map(StoreFixture::bytes).toList());
    assertThat(store().check(keys)).isTrue();
  }

  @Test
  default void append_presentAndAbsentKey_endsWithTheValue() {
    store().set("foo", "po");
    store().append("foo", "tato");
    store().append("bar", "po");
    store().append("bar", "tato");

    assertThat(store().get("foo")).isEqualTo(bytes("potato"));
    assertThat(store().get("bar")).isEqualTo(bytes("potato"));
  }

  @Test
  default void append_emptyValue_makesTheKeyOrChangesNothing() {
    store().append("absent", "");
    store().set("present", "v");
    store().append("present", "");

    assertThat(store().get("absent")).isEmpty();
    assertThat(store().getString("present")).isEqualTo("v");
  }

  @Test
  default void append_sameBytesAgain_addsThemAgain() {
    IntStream.range(0, 10).forEach(i -> store().append("k", "x"));

    assertThat(store().getString("k")).isEqualTo("xxxxxxxxxx");
  }

  @Test
  default void multiSet_severalKeys_setsEach() {
    store().multiSet(List.of("foo", "bar"), List.of(bytes("po"), bytes("tato")));

    assertThat(store().get("foo")).isEqualTo(bytes("po"));
    assertThat(store().get("bar")).isEqualTo(bytes("tato"));
  }

  @Test
  default void multiSet_sameKeyTwice_keepsTheLastValue() {
    store().multiSet(List.of("k", "k"), List.of(bytes("1"), bytes("2")));

    assertThat(store().getString("k")).isEqualTo("2");
    assertThat(store().numKeys()).isEqualTo(bookkeepingKeys() + 1);
  }

  @Test
  default void multiSet_noKeys_changesNothing() {
    store().multiSet(List.of(), List.of());

    assertThat(store().numKeys()).isEqualTo(bookkeepingKeys());
  }

  @Test
  default void multiSet_listsOfDifferentSize_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store().multiSet(List.of("a", "b"), List.of(bytes("1"))))
        .withMessageContaining("multiSet keys and values vectors must be of same size");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store().multiSet(List.of("a"), List.of(bytes("1"), bytes("2"))));

    assertThat(store().listKeys()).isEmpty();
  }

  @Test
  default void multiGet_severalKeys_returnsTheirValuesInOrder() {
    store().set("foo", "po");
    store().set("bar", "tato");
    store().set("empty", "");

    assertThat(store().multiGet("foo", "bar", "empty", "foo"))
        .containsExactly(bytes("po"), bytes("tato"), bytes(""), bytes("po"));
    assertThat(store().multiGet(List.of())).isEmpty();
  }

  @Test
  default void duplicate_sharesTheKeys() {
    Store duplicate = store().duplicate();
    store().set("k", "from the original");
    settle(store());

    assertThat(duplicate.getString("k")).isEqualTo("from the original");
    duplicate.set("k", "from the duplicate");
    settle(duplicate);
    assertThat(store().getString("k")).isEqualTo("from the duplicate");

    duplicate.close();
    store().set("after", "v");
    assertThat(store().getString("after")).isEqualTo("v");
  }

  @Test
  default void toString_namesTheKindOfStore() {
    assertThat(store().toString()).containsIgnoringCase("store").doesNotContain("@");
  }
}
