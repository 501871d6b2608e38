package io.muster.store.internal.keyspace;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * A hash map from keys to values that never stops to rearrange itself.
 *
 * <p>Entries are numbered without gaps: a new one comes last, and the last takes the place of one
 * that is removed. There are as many buckets as entries: with each new entry one bucket is split in
 * two, and with each that goes two are joined again (linear hashing), so that no call looks at more
 * than a few entries. Both are kept in small pages, so that nothing large is ever copied.
 *
 * <p>Keys must not change any more. Not thread-safe: one owner at a time.
 */
final class KeyMap<V> {
  private static final int PAGE_BITS = 9;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;
  private static final int IN_PAGE = PAGE_SIZE - 1;

  @SuppressWarnings({"unchecked", "rawtypes"})
  private @Nullable Page<V>[] pages = new @Nullable Page[1];

  /** The first entry of each bucket, in as many pages. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private @Nullable Entry<V>[][] buckets = new @Nullable Entry[1][];

  private int pageCount;
  private int size;

  /** The entry found last: who has found a key often goes on with the very array he got. */
  private @Nullable Entry<V> foundLast;

  private static final class Entry<V> {
    final byte[] key;
    final int hash;

    /** Null once the entry is removed. */
    @Nullable V value;

    int number;

    /** The entry that follows in the same bucket. */
    @Nullable Entry<V> next;

    Entry(byte[] key, int hash, V value) {
      this.key = key;
      this.hash = hash;
      this.value = value;
    }
  }

  /** The entries whose numbers differ only in the lowest bits. */
  private static final class Page<V> {
    @SuppressWarnings({"unchecked", "rawtypes"})
    @Nullable Entry<V>[] entries = new @Nullable Entry[PAGE_SIZE];

    /** Whether {@link #entries} is part of a list that was handed out, and must stay as it is. */
    boolean isListed;
  }

  int size() {
    return size;
  }

  /** The value at {@code key}, or null. */
  @Nullable V get(byte[] key) {
    Entry<V> entry = find(key);
    return entry == null ? null : entry.value;
  }

  /** Puts a value in the place of the one returned, or null if there was none. */
  @Nullable V put(byte[] key, V value) {
    Entry<V> entry = find(key);
    if (entry == null) {
      add(new Entry<>(key, KeyHash.of(key, key.length), value));
      return null;
    }
    V old = entry.value;
    entry.value = value;
    return old;
  }

  /** Removes a key. Returns its value, or null if there was none. */
  @Nullable V remove(byte[] key) {
    Entry<V> entry = find(key);
    if (entry == null) {
      return null;
    }
    remove(entry);
    V value = entry.value;
    entry.value = null;
    return value;
  }

  /** The array that is kept for the key in the first {@code length} bytes of another, or null. */
  byte @Nullable [] keptKey(byte[] bytes, int length) {
    Entry<V> entry = find(bytes, length);
    return entry == null ? null : entry.key;
  }

  /**
   * The keys of this moment, in no order. They stay as they are whatever happens to the map, and
   * may be read by any thread. It costs a reference for each page, and a copy of each page that
   * changes meanwhile.
   */
  List<byte[]> keys() {
    int pagesInUse = (size + IN_PAGE) >>> PAGE_BITS;
    @SuppressWarnings({"unchecked", "rawtypes"})
    @Nullable Entry<V>[][] listed = new @Nullable Entry[pagesInUse][];
    for (int i = 0; i < pagesInUse; i++) {
      Page<V> page = page(i << PAGE_BITS);
      page.isListed = true;
      listed[i] = page.entries;
    }
    return new KeyList<>(listed, size);
  }

  private static final class KeyList<V> extends AbstractList<byte[]> implements RandomAccess {
    private final @Nullable Entry<V>[][] pages;
    private final int size;

    KeyList(@Nullable Entry<V>[][] pages, int size) {
      this.pages = pages;
      this.size = size;
    }

    @Override
    public byte[] get(int index) {
      Objects.checkIndex(index, size);
      return Objects.requireNonNull(pages[index >>> PAGE_BITS][index & IN_PAGE]).key;
    }

    @Override
    public int size() {
      return size;
    }
  }

  private @Nullable Entry<V> find(byte[] key) {
    Entry<V> last = foundLast;
    return last != null && last.key == key ? last : find(key, key.length);
  }

  private @Nullable Entry<V> find(byte[] bytes, int length) {
    if (size == 0) {
      return null;
    }
    int hash = KeyHash.of(bytes, length);
    Entry<V> entry = first(bucket(hash));
    while (entry != null && !(entry.hash == hash && equal(entry.key, bytes, length))) {
      entry = entry.next;
    }
    if (entry != null) {
      foundLast = entry;
    }
    return entry;
  }

  private static boolean equal(byte[] key, byte[] bytes, int length) {
    return Arrays.equals(key, 0, key.length, bytes, 0, length);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private void add(Entry<V> entry) {
    int number = size;
    if (number >>> PAGE_BITS == pageCount) {
      if (pageCount == pages.length) {
        pages = Arrays.copyOf(pages, 2 * pageCount);
        buckets = Arrays.copyOf(buckets, 2 * pageCount);
      }
      pages[pageCount] = new Page<>();
      buckets[pageCount] = new @Nullable Entry[PAGE_SIZE];
      pageCount++;
    }
    size++;
    linkAllOf(number & ~Integer.highestOneBit(number));
    place(entry, number);
    link(entry);
  }

  private void remove(Entry<V> entry) {
    unlink(entry);
    size--;
    linkAllOf(size);
    Entry<V> last = Objects.requireNonNull(page(size).entries[size & IN_PAGE]);
    place(last, entry.number);
    place(null, size);
    foundLast = null;
    // One page is kept in reserve, so that a map whose size goes up and down makes no new ones.
    if (size >>> PAGE_BITS < pageCount - 2) {
      pageCount--;
      pages[pageCount] = null;
      buckets[pageCount] = null;
    }
  }

  private void place(@Nullable Entry<V> entry, int number) {
    Page<V> page = page(number);
    if (page.isListed) {
      page.entries = page.entries.clone();
      page.isListed = false;
    }
    page.entries[number & IN_PAGE] = entry;
    if (entry != null) {
      entry.number = number;
    }
  }

  /** Which bucket a hash belongs to: that of its lowest bits, or of one less if there is none. */
  private int bucket(int hash) {
    int mask = -1 >>> Integer.numberOfLeadingZeros((size - 1) | 1);
    int bucket = hash & mask;
    return bucket < size ? bucket : bucket & (mask >>> 1);
  }

  /** Takes all entries out of a bucket, and puts each where it belongs now. */
  private void linkAllOf(int bucket) {
    Entry<V> first = first(bucket);
    setFirst(bucket, null);
    linkFrom(first);
  }

  /** From the last to the first, so that what stays together keeps its order. */
  private void linkFrom(@Nullable Entry<V> entry) {
    if (entry != null) {
      linkFrom(entry.next);
      link(entry);
    }
  }

  private void link(Entry<V> entry) {
    int bucket = bucket(entry.hash);
    Entry<V> following = first(bucket);
    // A collector looks again at whatever was written to, changed or not.
    if (entry.next != following) {
      entry.next = following;
    }
    setFirst(bucket, entry);
  }

  private void unlink(Entry<V> entry) {
    int bucket = bucket(entry.hash);
    Entry<V> before = Objects.requireNonNull(first(bucket));
    if (before == entry) {
      setFirst(bucket, entry.next);
      return;
    }
    while (before.next != entry) {
      before = Objects.requireNonNull(before.next);
    }
    before.next = entry.next;
  }

  private @Nullable Entry<V> first(int bucket) {
    return buckets[bucket >>> PAGE_BITS][bucket & IN_PAGE];
  }

  private void setFirst(int bucket, @Nullable Entry<V> entry) {
    buckets[bucket >>> PAGE_BITS][bucket & IN_PAGE] = entry;
  }

  /** The page of an entry that is there. */
  private Page<V> page(int number) {
    return Objects.requireNonNull(pages[number >>> PAGE_BITS]);
  }
}
