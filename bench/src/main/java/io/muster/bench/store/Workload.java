package io.muster.bench.store;

import io.muster.bench.ServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/**
 * Something that both stores do.
 *
 * @param name what it is called
 * @param operations how often it is done in one round
 * @param preparation makes it ready on a side
 */
record Workload(String name, int operations, Preparation preparation) {
  private static final int STREAM_KEYS = 1_000;

  /** The largest value that is set. */
  static final int HUGE = ServerProcess.MAX_VALUE_BYTES;

  /** How many round trips one client makes while the other's wait is on its way. */
  private static final int TRIPS_BEFORE_SET = 20;

  /** Makes ready what is to be timed. */
  interface Preparation {
    Timed on(Side side);
  }

  /** Runs the work {@code operations} times and returns the elapsed nanoseconds. */
  interface Timed {
    long nanos(int operations);
  }

  /** What the result of the workload is called. */
  String figure() {
    return name + ", µs";
  }

  static List<Workload> all() {
    List<String> thousand = keys(1_000);
    List<String> tenThousand = keys(10_000);
    return List.of(
        new Workload("get, 32 B", 3_000, side -> getting(side, "small", 32)),
        new Workload("get, 4 KiB", 3_000, side -> getting(side, "page", 4 * 1024)),
        new Workload("add", 3_000, side -> repeating(side.add("counter"))),
        new Workload("compareSet, 32 B", 3_000, Workload::comparing),
        new Workload("check, 1 key", 3_000, side -> checking(side)),
        new Workload("set, 32 B, in a stream ended by an add", 100_000, Workload::streaming),
        new Workload("wait for a key that is there", 3_000, Workload::waiting),
        new Workload("set until another client's wait returns", 500, Workload::releasing),
        new Workload(
            "multiSet, 1,000 x 128 B, and an add", 30, side -> settingMany(side, thousand)),
        new Workload("multiGet, 1,000 x 128 B", 30, side -> gettingMany(side, thousand)),
        new Workload(
            "multiSet, 10,000 x 128 B, and an add", 6, side -> settingMany(side, tenThousand)),
        new Workload("multiGet, 10,000 x 128 B", 6, side -> gettingMany(side, tenThousand)),
        new Workload("set and get, 8 MiB", 4, side -> large(side, 8 << 20)));
  }

  /** More than PyTorch's server takes. */
  static Workload huge() {
    return new Workload("set and get, 64 MiB", 2, side -> large(side, HUGE));
  }

  private static List<String> keys(int count) {
    return IntStream.range(0, count).mapToObj(i -> "multi/" + i).toList();
  }

  static Timed repeating(Side.Op... ops) {
    return operations -> {
      long start = System.nanoTime();
      for (int i = 0; i < operations; i++) {
        for (Side.Op op : ops) {
          op.run();
        }
      }
      return System.nanoTime() - start;
    };
  }

  private static Timed getting(Side side, String key, int bytes) {
    side.set(key, new byte[bytes]).run();
    return repeating(side.get(key));
  }

  /** Every one succeeds: the value goes to and fro. */
  private static Timed comparing(Side side) {
    byte[] one = new byte[32];
    byte[] two = new byte[32];
    two[0] = 1;
    side.set("compared", one).run();
    Side.Op there = side.compareSet("compared", one, two);
    Side.Op back = side.compareSet("compared", two, one);
    return operations -> repeating(there, back).nanos(Math.max(1, operations / 2));
  }

  private static Timed checking(Side side) {
    side.set("checked", new byte[32]).run();
    return repeating(side.check("checked"));
  }

  private static Timed waiting(Side side) {
    side.set("awaited", new byte[32]).run();
    return repeating(side.await("awaited"));
  }

  private static Timed streaming(Side side) {
    byte[] value = new byte[32];
    List<Side.Op> sets = new ArrayList<>();
    for (int i = 0; i < STREAM_KEYS; i++) {
      sets.add(side.set("stream/" + i, value));
    }
    Side.Op end = side.add("stream end");
    return operations -> {
      long start = System.nanoTime();
      for (int i = 0; i < operations; i++) {
        sets.get(i % STREAM_KEYS).run();
      }
      end.run();
      return System.nanoTime() - start;
    };
  }

  /** From before one client's set to after the other's wait. */
  private static Timed releasing(Side side) {
    Side other = side.another();
    Side.Op set = side.set("released", new byte[32]);
    Side.Op await = other.await("released");
    Side.Op delete = side.deleteKey("released");
    Side.Op roundTrip = side.add("trips");
    return operations -> {
      Semaphore going = new Semaphore(0);
      Semaphore returned = new Semaphore(0);
      long[] end = new long[1];
      Thread waiter =
          new Thread(
              () -> {
                for (int i = 0; i < operations; i++) {
                  going.acquireUninterruptibly();
                  await.run();
                  end[0] = System.nanoTime();
                  returned.release();
                }
              },
              "waiter");
      waiter.setDaemon(true);
      waiter.start();
      long nanos = 0;
      for (int i = 0; i < operations; i++) {
        delete.run();
        going.release();
        for (int j = 0; j < TRIPS_BEFORE_SET; j++) {
          roundTrip.run();
        }
        long start = System.nanoTime();
        set.run();
        returned.acquireUninterruptibly();
        nanos += end[0] - start;
      }
      return nanos;
    };
  }

  private static Timed settingMany(Side side, List<String> keys) {
    return repeating(side.multiSet(keys, new byte[128]), side.add("multi end"));
  }

  private static Timed gettingMany(Side side, List<String> keys) {
    side.multiSet(keys, new byte[128]).run();
    return repeating(side.multiGet(keys));
  }

  private static Timed large(Side side, int bytes) {
    return repeating(side.set("large", new byte[bytes]), side.get("large"));
  }
}
