package io.muster.store.server;

/** Options of servers with a journal, for tests in other packages. */
public final class JournaledStores {
  private JournaledStores() {}

  /** A server whose journal is in memory. */
  public static StoreServerOptions inMemory() {
    return StoreServerOptions.builder().dataDirectory(new MemoryDisk().path()).build();
  }
}
