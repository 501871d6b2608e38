package io.muster.bench.jmh;

import io.muster.bench.Table;
import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.StoreFullException;
import io.muster.store.internal.keyspace.WaiterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Measures what millions of keys cost a keyspace: the memory per key without the arrays of the key
 * and the value, and the longest calls that set, list and delete keys. Times are the CPU time of
 * the thread, so that other programs and the garbage collector are not included.
 */
@Command(name = "keyspace-size", description = "Measures what millions of keys cost a keyspace.")
public final class KeyspaceSize implements Callable<Integer> {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final byte[] VALUE = new byte[100];

  @Parameters(paramLabel = "NUMBER OF KEYS")
  private List<Integer> sizes = List.of(100_000, 1_000_000, 4_000_000);

  private interface Call {
    void on(byte[] key) throws StoreFullException;
  }

  /** Prints a row for each number of keys; the first also warms up. */
  @Override
  public Integer call() throws StoreFullException {
    System.out.println(table(sizes));
    return 0;
  }

  static Table table(List<Integer> sizes) throws StoreFullException {
    Table table =
        Table.of(
            List.of(
                "keys",
                "bytes per key, without its arrays",
                "longest set of a new key, us",
                "list, us",
                "longest set of a listed key, us",
                "longest delete, us"));
    for (int size : sizes) {
      addRow(table, size);
    }
    return table;
  }

  private static void addRow(Table table, int size) throws StoreFullException {
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
    table.row("| %d | %.1f | %.0f | %.0f | %.0f | %.0f |", size, each, set, list, setAgain, delete);
  }

  /** The CPU time of the longest call, in µs. */
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
