package io.muster.store.internal.keyspace;

import io.muster.store.internal.keyspace.KeyTree.Entry;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A hash map from keys to values that grows and shrinks incrementally, without a pause for
 * rehashing.
 *
 * <p>Entries have consecutive numbers: a new entry gets the next one, and the last entry gets the
 * number of a removed one. There are as many buckets as entries: each insertion splits one bucket,
 * and each removal joins two (linear hashing). A bucket is a {@link KeyTree}, so every call visits
 * few entries, whatever their hashes are. Entries and buckets are stored in small pages, so no
 * large array is ever copied.
 *
 * <p>A call that throws, for example {@link OutOfMemoryError} or {@link StackOverflowError}, has
 * changed nothing: it first allocates everything it needs, and then changes the map in steps that
 * cannot fail and that each leave the map consistent.
 *
 * <p>Keys must not be modified after they are passed in. Not thread-safe.
 */
class KeyMap<V> {
  static final int PAGE_BITS = 9;
  static final int PAGE_SIZE = 1 << PAGE_BITS;
  private static final int IN_PAGE = PAGE_SIZE - 1;
  private static final int PAGE_BYTES = 16 + 4 * PAGE_SIZE;
  private static final byte[] NO_KEY = {};

  private final KeyHash hashes;

  @SuppressWarnings({"unchecked", "rawtypes"})
  private @Nullable Page<V>[] pages = new @Nullable Page[1];

  /** The root of the tree of each bucket, in pages. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private @Nullable Entry<V>[][] buckets = new @Nullable Entry[1][];

  /** The number of pages of entries, and of buckets. */
  private int pageCount;

  private int size;

  /** The bytes of all pages that were copied because a list referred to them. */
  private long copiedBytes;

  /** The number of entries, at minimum one; off by one after a call that threw. */
  private int bucketCount = 1;

  /** The entry at which {@link #split} cuts. */
  private final Entry<V> cut = new Entry<>(NO_KEY, 0, 0, null);

  /** The state of the generator of priorities (xorshift). */
  private int priority = 1;

  private long steps;

  /**
   * Most recently found entry. Callers usually pass back the array they got, so this makes the
   * second lookup an identity check.
   */
  private @Nullable Entry<V> foundLast;

  /** The snapshot whose pages are captured before they change. Null unless one is being taken. */
  private @Nullable KeyMapSnapshot<V> snapshot;

  /** A page of entries, whose numbers differ only in the lowest bits. */
  static final class Page<V> {
    @Nullable Entry<V>[] entries;

    /** Whether {@link #entries} belongs to a returned list and must not be modified. */
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

  /** The bytes of all pages that were copied because of returned lists. It only grows. */
  long copiedBytes() {
    return copiedBytes;
  }

  /** Returns the value of {@code key}, or null. */
  @Nullable V get(byte[] key) {
    Entry<V> entry = find(key);
    return entry == null ? null : entry.value;
  }

  /** Sets the value of a key, and returns the previous value, or null if there was none. */
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
    beforeChange(entry.number);
    V old = entry.value;
    entry.value = value;
    return old;
  }

  /** Removes a key, and returns its value, or null if there was none. */
  @Nullable V remove(byte[] key) {
    Entry<V> entry = find(key);
    if (entry == null) {
      return null;
    }
    V value = entry.value;
    remove(entry);
    return value;
  }

  /**
   * Returns the stored array that equals the first {@code length} bytes of {@code bytes}, or null.
   */
  byte @Nullable [] internedKey(byte[] bytes, int length) {
    Entry<V> entry = find(bytes, length);
    return entry == null ? null : entry.key;
  }

  /**
   * Returns a snapshot of the keys, in no particular order, which any thread may read. It costs one
   * reference per page, and one copy of each page that changes afterwards.
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

  /**
   * Begins a snapshot of the keys and their values. It costs one reference per page, and one visit
   * of each page that changes before the snapshot has captured it.
   *
   * @param frozen makes of a value what any thread may read, however the value changes afterwards
   * @throws IllegalStateException if another snapshot is being taken
   */
  KeyMapSnapshot<V> snapshot(Function<V, Object> frozen) {
    if (snapshot != null) {
      throw new IllegalStateException("a snapshot is being taken already");
    }
    int pagesInUse = (size + IN_PAGE) >>> PAGE_BITS;
    List<Page<V>> captured = new ArrayList<>(pagesInUse);
    for (int i = 0; i < pagesInUse; i++) {
      captured.add(page(i << PAGE_BITS));
    }
    snapshot = new KeyMapSnapshot<>(captured, size, frozen, this::endSnapshot);
    return snapshot;
  }

  private void endSnapshot(KeyMapSnapshot<V> ended) {
    if (snapshot == ended) {
      snapshot = null;
    }
  }

  /** Called before the value of a key changes in place. */
  void beforeChange(byte[] key) {
    if (snapshot != null) {
      Entry<V> entry = find(key);
      if (entry != null) {
        beforeChange(entry.number);
      }
    }
  }

  private void beforeChange(int number) {
    KeyMapSnapshot<V> taken = snapshot;
    if (taken != null) {
      steps += taken.beforeChange(number >>> PAGE_BITS);
    }
  }

  /** Removes all keys. It takes the same time however many there are. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  void clear() {
    @Nullable Page<V>[] noPages = new @Nullable Page[1];
    @Nullable Entry<V>[][] noBuckets = new @Nullable Entry[1][];
    // No statement from here on can fail.
    pages = noPages;
    buckets = noBuckets;
    pageCount = 0;
    size = 0;
    bucketCount = 1;
    foundLast = null;
    // It has the pages, which do not change any more.
    snapshot = null;
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

  /** Allocates pages for one more entry and one more bucket. */
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

  /** Returns the entries of a page as an array that is not part of a list. */
  private @Nullable Entry<V>[] writable(int number) {
    beforeChange(number);
    Page<V> page = page(number);
    if (page.isListed) {
      allocating();
      page.entries = page.entries.clone();
      page.isListed = false;
      copiedBytes += PAGE_BYTES;
    }
    return page.entries;
  }

  /** Called before each allocation, so that tests can make it fail. */
  void allocating() {}

  /** Splits a bucket. Its page has been allocated. */
  private void split() {
    int bucket = bucketCount;
    int from = bucket & ~Integer.highestOneBit(bucket);
    @Nullable Entry<V>[] fromPage = buckets[from >>> PAGE_BITS];
    @Nullable Entry<V>[] page = buckets[bucket >>> PAGE_BITS];
    Entry<V> root = fromPage[from & IN_PAGE];
    cut.hash = bucket;
    steps += KeyTree.cut(root, cut);
    // No statement after the cut can fail.
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

  /** Adds an entry to its bucket and then to its page. */
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
    // No statement after the cut can fail.
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
    // Keep one spare page, so that a map whose size fluctuates does not allocate pages.
    if (size >>> PAGE_BITS < pageCount - 2) {
      pageCount--;
      pages[pageCount] = null;
      buckets[pageCount] = null;
    }
  }

  /** Removes an entry from its bucket, and gives its number to the last entry. */
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
    // No statement after the join can fail.
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
    // A list may still refer to the entry for its key; it must not retain the value.
    entry.value = null;
    entry.before = null;
    entry.after = null;
  }

  /** Reverts the last {@link #split}. */
  private void joinLast() {
    int bucket = bucketCount - 1;
    int to = bucket & ~Integer.highestOneBit(bucket);
    @Nullable Entry<V>[] toPage = buckets[to >>> PAGE_BITS];
    @Nullable Entry<V>[] page = buckets[bucket >>> PAGE_BITS];
    Entry<V> before = toPage[to & IN_PAGE];
    Entry<V> joined = KeyTree.join(before, page[bucket & IN_PAGE]);
    // No statement after the join can fail.
    if (joined != before) {
      toPage[to & IN_PAGE] = joined;
    }
    page[bucket & IN_PAGE] = null;
    bucketCount--;
  }

  /**
   * Returns the bucket of a hash: its lowest bits or, if that bucket does not exist yet, one bit
   * less.
   */
  private int bucket(int hash) {
    int mask = -1 >>> Integer.numberOfLeadingZeros((bucketCount - 1) | 1);
    int bucket = hash & mask;
    return bucket < bucketCount ? bucket : bucket & (mask >>> 1);
  }

  private @Nullable Entry<V> root(int bucket) {
    return buckets[bucket >>> PAGE_BITS][bucket & IN_PAGE];
  }

  /** The page of an existing entry. */
  private Page<V> page(int number) {
    return Objects.requireNonNull(pages[number >>> PAGE_BITS]);
  }

  /** The number of entries that all calls together have visited in buckets. It only grows. */
  long steps() {
    return steps;
  }
}
