package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.contract.KeyContract;
import io.muster.store.Store;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of keys, asked of a Muster server through PyTorch's C++ client. */
@ExtendWith(CppPyTorch.class)
@ParameterizedClass
@EnumSource(ServerBackend.class)
class CppClientKeysIT implements KeyContract {
  private final StoreServer server;
  private final CppStore store;

  CppClientKeysIT(ServerBackend backend) {
    server = StoreServer.start(StoreServerOptions.builder().backend(backend).build());
    store = CppStore.client(server.port());
  }

  @Override
  public Store store() {
    return store;
  }

  @Override
  public Store anotherHandle() {
    return store.duplicate();
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  /** A C++ client has no way to learn it but to lose its connection. */
  @Override
  @ParameterizedTest
  @ValueSource(strings = {"abc", " ", "+", "- 1", "a1", "9223372036854775808"})
  public void add_textThatIsNoNumber_throwsAndLeavesTheStoreUsable(String text) {
    store.set("k", text);

    assertThatThrownBy(() -> store.add("k", 1)).hasMessageContaining("likely closed");

    assertThat(store.duplicate().getString("k")).isEqualTo(text);
  }

  @Override
  @Test
  public void add_bytesBeyondAscii_isNoNumber() {
    add_textThatIsNoNumber_throwsAndLeavesTheStoreUsable("１２");
  }

  /** C++ throws its own exception. */
  @Override
  @Test
  public void multiSet_listsOfDifferentSize_areRefused() {
    assertThatThrownBy(() -> store.multiSet(List.of("a", "b"), List.of(new byte[1])))
        .hasMessageContaining("multiSet keys and values vectors must be of same size");
  }
}
