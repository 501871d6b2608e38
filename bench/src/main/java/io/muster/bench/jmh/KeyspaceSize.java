package io.muster.bench.jmh;

import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.StoreFullException;
import io.muster.store.internal.keyspace.WaiterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What very many keys cost a keyspace: the memory of each beyond its arrays, and the calls that
 * took longest while they came, were listed, were set again and went. Times are the thread's own on
 * a processor, since neither another program nor the collector is what is measured.
 */
final class KeyspaceSize {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final byte[] VALUE = new byte[100];

  private KeyspaceSize() {}

  private interface Call {
    void on(byte[] key) throws StoreFullException;
  }

  /** Prints a row for each number of keys in its arguments; the first also warms up. */
  public static void main(String[] args) throws StoreFullException {
    int[] sizes =
        args.length == 0
            ? new int[] {100_000, 1_000_000, 4_000_000}
            : Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    System.out.print(table(sizes));
  }

  static String table(int... sizes) throws StoreFullException {
    StringBuilder table =
        new StringBuilder(
            """
            | keys | bytes a key, arrays apart | longest set of a new key, us | list, us \
            | longest set of a listed key, us | longest delete, us |
            |---:|---:|---:|---:|---:|---:|
            """);
    for (int size : sizes) {
      table.append(row(size)).append('\n');
    }
    return table.toString();
  }

  private static String row(int size) throws StoreFullException {
    byte[][] keys = new byte[size][];
    for (int i = 0; i < size; i++) {
      keys[i] = ("/key/" + i).getBytes(StandardCharsets.US_ASCII);
    }
    Keyspace keyspace = new Keyspace(new WaiterRegistry(), Long.MAX_VALUE);
    long before = used();
    double set = longest(keys, key -> keyspace.set(key, VALUE));
    double each = (used() - before) / (double) size;
    long start = THREADS.getCurrentThreadCpuTime();
    List<byte[]> listed = keyspace.keys();
    double list = (THREADS.getCurrentThreadCpuTime() - start) / 1e3;
    double setAgain = longest(keys, key -> keyspace.set(key, VALUE));
    double delete = longest(keys, key -> keyspace.delete(key));
    if (listed.size() != size || keyspace.size() != 0) {
      throw new IllegalStateException(listed.size() + " keys listed, " + keyspace.size() + " left");
    }
    return String.format(
        Locale.ROOT,
        "| %d | %.1f | %.0f | %.0f | %.0f | %.0f |",
        size,
        each,
        set,
        list,
        setAgain,
        delete);
  }

  /** How many microseconds the longest of the calls took. */
  private static double longest(byte[][] keys, Call call) throws StoreFullException {
    long longest = 0;
    long start = THREADS.getCurrentThreadCpuTime();
    for (byte[] key : keys) {
      call.on(key);
      long end = THREADS.getCurrentThreadCpuTime();
      longest = Math.max(longest, end - start);
      start = end;
    }
    return longest / 1e3;
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
