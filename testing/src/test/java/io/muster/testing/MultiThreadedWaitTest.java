package io.muster.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.FileStore;
import io.muster.store.HashStore;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.ServerBackend;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two ranks, one of which waits for what the other sets. */
@World(size = 2, init = false)
class MultiThreadedWaitTest {
  private final HashStore hashStore = new HashStore();
  private final BlockingQueue<Thread> waiting = new LinkedBlockingQueue<>();

  @Test
  void await_hashStore_seesTheOtherRank(Rank rank) throws InterruptedException {
    meet(rank, hashStore);
  }

  @Test
  void await_fileStore_seesTheOtherRank(@TempDir Path directory, Rank rank)
      throws InterruptedException {
    try (FileStore store = new FileStore(directory.resolve("store"), rank.size())) {
      meet(rank, store);
    }
  }

  @Test
  void await_prefixedFileStore_seesTheOtherRank(@TempDir Path directory, Rank rank)
      throws InterruptedException {
    try (FileStore store = new FileStore(directory.resolve("store"), rank.size())) {
      meet(rank, new PrefixStore("pre", store));
    }
  }

  @ParameterizedTest
  @EnumSource
  void await_tcpStore_seesTheOtherRank(ServerBackend backend, Rank rank, Store ports)
      throws InterruptedException {
    TcpStoreOptions options =
        TcpStoreOptions.builder().backend(backend).environment(Map.of()).build();
    try (TcpStore store =
        rank.rank() == 0
            ? TcpStore.host("127.0.0.1", 0, options)
            : TcpStore.connect("127.0.0.1", Integer.parseInt(ports.getString("port")), options)) {
      ports.set("port", String.valueOf(store.port()));
      meet(rank, store);
      meet(rank, new PrefixStore("pre", store));
    }
  }

  private void meet(Rank rank, Store store) throws InterruptedException {
    if (rank.rank() == 0) {
      waiting.add(Thread.currentThread());
      store.await("key1");
      assertThat(store.getString("key1")).isEqualTo("value1");
    } else {
      Blocked.await(waiting.take());
      store.set("key1", "value1");
    }
  }
}
