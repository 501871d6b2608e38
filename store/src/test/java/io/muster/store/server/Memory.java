package io.muster.store.server;

import io.muster.fixtures.Eventually;

/**
 * What this process holds on the heap, where all is that a server keeps for a client, once nothing
 * is held that need not be.
 */
final class Memory {
  private static final long MEGABYTE = 1024 * 1024;

  private final long before = used();

  private Memory() {}

  /** Remembers how much is used now. */
  static Memory now() {
    return new Memory();
  }

  /** At most so much more must be used now than then. */
  void expectGrownBelow(long megabytes) {
    Eventually.assertThat(() -> (used() - before) / MEGABYTE)
        .matches("less than " + megabytes + " MiB more than before", grown -> grown < megabytes);
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
