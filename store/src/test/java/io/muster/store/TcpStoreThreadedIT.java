package io.muster.store;

import io.muster.store.server.ServerBackend;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class TcpStoreThreadedIT extends TcpContract {
  TcpStoreThreadedIT() {
    super(ServerBackend.THREADED);
  }
}
