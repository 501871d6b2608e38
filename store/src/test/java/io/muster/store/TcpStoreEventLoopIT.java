package io.muster.store;

import io.muster.store.server.ServerBackend;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class TcpStoreEventLoopIT extends TcpContract {
  TcpStoreEventLoopIT() {
    super(ServerBackend.EVENT_LOOP);
  }
}
