package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Background;
import io.muster.fixtures.contract.NoQueueContract;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Muster's client of PyTorch 2.10's legacy server. */
@ExtendWith(CppPyTorch.class)
class TcpStoreOnLegacyIT extends PyTorchServerContract implements NoQueueContract {
  private final CppStore host = CppStore.host(false);

  @Override
  protected Store create() {
    return TcpStore.connect("127.0.0.1", host.port());
  }

  /** This server sends a value in two pieces, the second one often after a delay of TCP's. */
  @Override
  public int operationsPerThread() {
    return 200;
  }

  @AfterEach
  void closeHost() {
    host.close();
  }

  /** This server's compareSet wakes nobody; the next write does. */
  @Override
  @Test
  public void await_wokenByCompareSet() {
    // So that the connection for waits is there already.
    store().set("other", "v");
    store().await("other");
    var waiting = Background.run(() -> store().await("key")).awaitReading();
    // The server looks at all connections by turns. The second time that it has looked at this one,
    // it has seen the request to wait on the other.
    assertThat(store().check("other")).isTrue();
    assertThat(store().check("other")).isTrue();

    store().compareSet("key", "", "v");
    waiting.awaitBlocked();
    store().set("key", "w");

    waiting.result();
  }

  @Test
  void queues_ofAServerWithoutThem_leaveTheStoreUsable() {
    store().set("k", "v");

    assertThatThrownBy(() -> store().queuePush("q", "item"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("libuv backend");
    assertThat(store().getString("k")).isEqualTo("v");
    assertThat(host.getString("k")).isEqualTo("v");
  }
}
