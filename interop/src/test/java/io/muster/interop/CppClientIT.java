package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.TcpStore;
import io.muster.store.server.Backend;
import io.muster.store.server.StoreServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** PyTorch's C++ clients of a Muster server. */
@ExtendWith(CppPyTorch.class)
@ParameterizedClass
@EnumSource(Backend.class)
class CppClientIT {
  private final StoreServer server;
  private final CppStore cpp;
  private final TcpStore java;

  CppClientIT(Backend backend) {
    server = StoreServer.start(StoreServer.options().backend(backend).build());
    cpp = CppStore.client(server.port());
    java = TcpStore.connect("127.0.0.1", server.port());
  }

  @AfterEach
  void close() {
    java.close();
    cpp.close();
    server.close();
  }

  @Test
  void set_byEither_isReadByTheOther() {
    cpp.set("from C++", "1");
    java.set("from Java", "2");

    assertThat(java.getString("from C++")).isEqualTo("1");
    assertThat(cpp.getString("from Java")).isEqualTo("2");
    assertThat(cpp.listKeys()).containsExactlyInAnyOrder("from C++", "from Java");
  }

  @Test
  void multiSetAndMultiGet_byEither_agree() {
    byte[] big = new byte[8 << 20];
    big[77] = 1;
    cpp.multiSet(List.of("a", "b", "c"), List.of(new byte[0], new byte[] {0, 1, -1}, big));

    assertThat(java.multiGet("a", "b", "c"))
        .containsExactly(new byte[0], new byte[] {0, 1, -1}, big);
    assertThat(cpp.multiGet("c", "b", "a"))
        .containsExactly(big, new byte[] {0, 1, -1}, new byte[0]);
  }
}
