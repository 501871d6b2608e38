package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

class TcpStoreOptionsTest {
  @Test
  void limits_byDefault_areTheServers() {
    TcpStoreOptions options =
        TcpStoreOptions.builder()
            .server(
                StoreServerOptions.builder()
                    .maxKeyBytes(10)
                    .maxValueBytes(20)
                    .maxKeysPerRequest(3)
                    .build())
            .build();

    assertThat(options.maxKeyBytes()).isEqualTo(10);
    assertThat(options.maxValueBytes()).isEqualTo(20);
    assertThat(options.maxKeysPerRequest()).isEqualTo(3);
    assertThat(TcpStoreOptions.defaults().maxValueBytes())
        .isEqualTo(StoreServerOptions.DEFAULT_MAX_VALUE_BYTES);
  }

  @Test
  void limits_belowOne_areIllegal() {
    TcpStoreOptions.Builder options = TcpStoreOptions.builder();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.maxValueBytes(0))
        .withMessage("maxValueBytes must be at least 1 but was 0");
  }

  @Test
  void limits_ofTheClient_holdBeforeAnythingIsSent() {
    TcpStoreOptions options =
        TcpStoreOptions.builder()
            .maxKeyBytes(5)
            .maxValueBytes(6)
            .maxKeysPerRequest(2)
            .build()
            .toBuilder()
            .build();
    try (StoreServer server = StoreServer.start();
        TcpStore store = TcpStore.connect("127.0.0.1", server.port(), options)) {
      store.set("four", "sixsix");
      assertThatIllegalArgumentException().isThrownBy(() -> store.set("fiver", "v"));
      assertThatIllegalArgumentException().isThrownBy(() -> store.set("k", "seven77"));
      assertThatIllegalArgumentException().isThrownBy(() -> store.check(List.of("a", "b", "c")));
      assertThat(store.numKeys()).isEqualTo(1);
    }
  }
}
