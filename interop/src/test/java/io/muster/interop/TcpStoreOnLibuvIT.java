package io.muster.interop;

import io.muster.store.Store;
import io.muster.store.TcpStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Muster's client of PyTorch 2.10's event-loop server. */
@ExtendWith(CppPyTorch.class)
class TcpStoreOnLibuvIT extends LibuvServerContract {
  private final CppStore host = CppStore.host(true);

  @Override
  protected Store create() {
    return TcpStore.connect("127.0.0.1", host.port());
  }

  @AfterEach
  void closeHost() {
    host.close();
  }
}
