package io.muster.store.internal.keyspace;

import io.muster.store.internal.keyspace.KeyTree.Entry;
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
 * two, and with each that goes two are joined again (linear hashing). A bucket is a {@link
 * KeyTree}, so that no call looks at more than a few entries, whatever their hashes are. Both are
 * kept in small pages, so that nothing large is ever copied.
 *
 * <p>A call that fails, for want of memory or of stack, has changed nothing: it allocates whatever
 * it needs first, and then changes the map in steps each of which leaves it whole and in none of
 * which anything can fail.
 *
 * <p>Keys must not change any more. Not thread-safe: one owner at a time.
 */
class KeyMap<V> {
  private static final int PAGE_BITS = 9;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;
  private static final int IN_PAGE = PAGE_SIZE - 1;
  private static final int PAGE_BYTES = 16 + 4 * PAGE_SIZE;
  private static final byte[] NO_KEY = {};

  private final KeyHash hashes;

  @SuppressWarnings({"unchecked", "rawtypes"})
  private @Nullable Page<V>[] pages = new @Nullable Page[1];

  /** The root of each bucket's tree, in pages. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private @Nullable Entry<V>[][] buckets = new @Nullable Entry[1][];

  /** How many pages there are of entries, and as many of buckets. */
  private int pageCount;

  private int size;

  /** The bytes of all pages that were ever copied because a list still refers to them. */
  private long copiedBytes;

  /** As many as entries, at least one; one more or less if a call has failed. */
  private int bucketCount = 1;

  /** Where {@link #split} cuts. */
  private final Entry<V> cut = new Entry<>(NO_KEY, 0, 0, null);

  /** The state of a generator of priorities (xorshift). */
  private int priority = 1;

  private long steps;

  /**
   * Most recently found entry. Callers usually pass back the array they got, so this makes the
   * second lookup an identity check.
   */
  private @Nullable Entry<V> foundLast;

  /** The entries whose numbers differ only in the lowest bits. */
  private static final class Page<V> {
    @Nullable Entry<V>[] entries;

    /** Whether {@link #entries} is part of a list that was handed out, and must stay as it is. */
    boolean isListed;

    Page(@Nullable Entry<V>[] entries) {
      this.entries = entries;
    }
  }

  KeyMap() {
    this(KeyHash.OF_PROCESS);
  }

  KeyMap(KeyHash hashes) {
    this.hashes = hashes;
  }

  int size() {
    return size;
  }

  /** How many bytes of pages were ever left to lists that were handed out. It only grows. */
  long copiedBytes() {
    return copiedBytes;
  }

  /** The value at {@code key}, or null. */
  @Nullable V get(byte[] key) {
    Entry<V> entry = find(key);
    return entry == null ? null : entry.value;
  }

  /** Puts a value in the place of the one returned, or null if there was none. */
  @Nullable V put(byte[] key, V value) {
    Entry<V> last = foundLast;
    int hash = 0;
    Entry<V> entry;
    if (last != null && last.key == key) {
      entry = last;
    } else {
      hash = hashes.of(key, key.length);
      entry = find(key, key.length, hash);
    }
    if (entry == null) {
      add(key, hash, value);
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
    V value = entry.value;
    remove(entry);
    return value;
  }

  /** The array that is kept for the key in the first {@code length} bytes of another, or null. */
  byte @Nullable [] internedKey(byte[] bytes, int length) {
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
    return size == 0 ? null : find(bytes, length, hashes.of(bytes, length));
  }

  private @Nullable Entry<V> find(byte[] bytes, int length, int hash) {
    if (size == 0) {
      return null;
    }
    Entry<V> entry = root(bucket(hash));
    int visited = 1;
    while (entry != null) {
      if (entry.hash == hash && KeyTree.isKey(bytes, length, entry.key)) {
        foundLast = entry;
        break;
      }
      entry = KeyTree.compare(hash, bytes, length, entry) < 0 ? entry.before : entry.after;
      visited++;
    }
    steps += visited;
    return entry;
  }

  private void add(byte[] key, int hash, V value) {
    if (size == Integer.MAX_VALUE) {
      throw new OutOfMemoryError("a map of 2^31 - 1 keys");
    }
    Entry<V> entry = allocateEntry(key, hash, value);
    makeRoom();
    @Nullable Entry<V>[] entries = writable(size);
    if (bucketCount <= size) {
      split();
    }
    link(entry, entries);
  }

  private Entry<V> allocateEntry(byte[] key, int hash, V value) {
    allocating();
    priority ^= priority << 13;
    priority ^= priority >>> 17;
    priority ^= priority << 5;
    return new Entry<>(key, hash, priority, value);
  }

  /** Makes pages for one more entry and one more bucket. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private void makeRoom() {
    if (Math.max(size, bucketCount) >>> PAGE_BITS < pageCount) {
      return;
    }
    if (pageCount == pages.length) {
      allocating();
      pages = Arrays.copyOf(pages, 2 * pageCount);
    }
    if (pageCount == buckets.length) {
      allocating();
      buckets = Arrays.copyOf(buckets, 2 * pageCount);
    }
    allocating();
    @Nullable Entry<V>[] entries = new @Nullable Entry[PAGE_SIZE];
    allocating();
    @Nullable Entry<V>[] roots = new @Nullable Entry[PAGE_SIZE];
    allocating();
    pages[pageCount] = new Page<>(entries);
    buckets[pageCount] = roots;
    pageCount++;
  }

  /** The entries of a page, as an array that is no part of a list. */
  private @Nullable Entry<V>[] writable(int number) {
    Page<V> page = page(number);
    if (page.isListed) {
      allocating();
      page.entries = page.entries.clone();
      page.isListed = false;
      copiedBytes += PAGE_BYTES;
    }
    return page.entries;
  }

  /** Called before each allocation, for tests to let it fail. */
  void allocating() {}

  /** Splits a bucket in two, for which there is room. */
  private void split() {
    int bucket = bucketCount;
    int from = bucket & ~Integer.highestOneBit(bucket);
    @Nullable Entry<V>[] fromPage = buckets[from >>> PAGE_BITS];
    @Nullable Entry<V>[] page = buckets[bucket >>> PAGE_BITS];
    Entry<V> root = fromPage[from & IN_PAGE];
    cut.hash = bucket;
    steps += KeyTree.cut(root, cut);
    // Nothing may fail from the cut on.
    if (cut.before != root) {
      fromPage[from & IN_PAGE] = cut.before;
      cut.before = null;
    }
    if (cut.after != null) {
      page[bucket & IN_PAGE] = cut.after;
      cut.after = null;
    }
    bucketCount++;
  }

  /** Adds an entry to its bucket and, last, to a page. */
  private void link(Entry<V> entry, @Nullable Entry<V>[] entries) {
    int bucket = bucket(entry.hash);
    @Nullable Entry<V>[] page = buckets[bucket >>> PAGE_BITS];
    Entry<V> above = null;
    int order = 0;
    Entry<V> below = page[bucket & IN_PAGE];
    while (below != null && below.priority >= entry.priority) {
      above = below;
      order = KeyTree.compare(entry.hash, entry.key, entry.key.length, above);
      below = order < 0 ? above.before : above.after;
      steps++;
    }
    if (below != null) {
      steps += KeyTree.cut(below, entry);
    }
    // Nothing may fail from the cut on.
    if (above == null) {
      page[bucket & IN_PAGE] = entry;
    } else if (order < 0) {
      above.before = entry;
    } else {
      above.after = entry;
    }
    entry.number = size;
    entries[size & IN_PAGE] = entry;
    size++;
  }

  private void remove(Entry<V> entry) {
    @Nullable Entry<V>[] entries = writable(entry.number);
    @Nullable Entry<V>[] lastEntries = writable(size - 1);
    while (bucketCount >= size && bucketCount > 1) {
      joinLast();
    }
    unlink(entry, entries, lastEntries);
    foundLast = null;
    // One page is kept in reserve, so that a map whose size goes up and down makes no new ones.
    if (size >>> PAGE_BITS < pageCount - 2) {
      pageCount--;
      pages[pageCount] = null;
      buckets[pageCount] = null;
    }
  }

  /** Takes an entry out of its bucket, and the last entry to its number. */
  private void unlink(
      Entry<V> entry, @Nullable Entry<V>[] entries, @Nullable Entry<V>[] lastEntries) {
    int bucket = bucket(entry.hash);
    @Nullable Entry<V>[] page = buckets[bucket >>> PAGE_BITS];
    Entry<V> above = null;
    int order = 0;
    Entry<V> below = page[bucket & IN_PAGE];
    while (below != entry) {
      above = Objects.requireNonNull(below);
      order = KeyTree.compare(entry.hash, entry.key, entry.key.length, above);
      below = order < 0 ? above.before : above.after;
      steps++;
    }
    Entry<V> joined = KeyTree.join(entry.before, entry.after);
    // Nothing may fail from the joining on.
    if (above == null) {
      page[bucket & IN_PAGE] = joined;
    } else if (order < 0) {
      above.before = joined;
    } else {
      above.after = joined;
    }
    size--;
    Entry<V> last = lastEntries[size & IN_PAGE];
    lastEntries[size & IN_PAGE] = null;
    if (last != null && last != entry) {
      entries[entry.number & IN_PAGE] = last;
      last.number = entry.number;
    }
    // A list may hold the entry for its key, which is no reason to keep more.
    entry.value = null;
    entry.before = null;
    entry.after = null;
  }

  /** Undoes the last {@link #split}. */
  private void joinLast() {
    int bucket = bucketCount - 1;
    int to = bucket & ~Integer.highestOneBit(bucket);
    @Nullable Entry<V>[] toPage = buckets[to >>> PAGE_BITS];
    @Nullable Entry<V>[] page = buckets[bucket >>> PAGE_BITS];
    Entry<V> before = toPage[to & IN_PAGE];
    Entry<V> joined = KeyTree.join(before, page[bucket & IN_PAGE]);
    // Nothing may fail from the joining on.
    if (joined != before) {
      toPage[to & IN_PAGE] = joined;
    }
    page[bucket & IN_PAGE] = null;
    bucketCount--;
  }

  /** Which bucket a hash belongs to: that of its lowest bits, or of one less if there is none. */
  private int bucket(int hash) {
    int mask = -1 >>> Integer.numberOfLeadingZeros((bucketCount - 1) | 1);
    int bucket = hash & mask;
    return bucket < bucketCount ? bucket : bucket & (mask >>> 1);
  }

  private @Nullable Entry<V> root(int bucket) {
    return buckets[bucket >>> PAGE_BITS][bucket & IN_PAGE];
  }

  /** The page of an entry that is there. */
  private Page<V> page(int number) {
    return Objects.requireNonNull(pages[number >>> PAGE_BITS]);
  }

  /** How many entries all calls together have looked at in buckets. It only grows. */
  long steps() {
    return steps;
  }
}
