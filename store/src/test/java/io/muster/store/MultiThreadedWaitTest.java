package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.server.Backend;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two ranks as threads: one waits for what the other sets. */
class MultiThreadedWaitTest {
  @Test
  void await_hashStore_seesTheOtherRank() {
    HashStore store = new HashStore();

    meet(store, store);
  }

  @Test
  void await_fileStore_seesTheOtherRank(@TempDir Path directory) {
    try (FileStore store = new FileStore(directory.resolve("store"), 1)) {
      meet(store, store);
    }
  }

  @Test
  void await_prefixedFileStore_seesTheOtherRank(@TempDir Path directory) {
    try (FileStore store = new FileStore(directory.resolve("store"), 1)) {
      meet(new PrefixStore("pre", store), new PrefixStore("pre", store));
    }
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void await_tcpStore_seesTheOtherRank(Backend backend) {
    TcpStoreOptions options =
        TcpStoreOptions.builder().backend(backend).environment(Map.of()).build();
    try (TcpStore host = TcpStore.host("127.0.0.1", 0, options);
        TcpStore client = TcpStore.connect(host.host(), host.port(), options)) {
      meet(host, client);
      meet(new PrefixStore("pre", host), new PrefixStore("pre", client));
    }
  }

  private static void meet(Store ofRank0, Store ofRank1) {
    ofRank0.setTimeout(Background.PATIENCE);
    var rank0 =
        Background.call(
                () -> {
                  ofRank0.await("key1");
                  return ofRank0.getString("key1");
                })
            .awaitBlocked();
    var rank1 = Background.run(() -> ofRank1.set("key1", "value1"));

    assertThat(rank1.result()).isTrue();
    assertThat(rank0.result()).isEqualTo("value1");
  }
}
