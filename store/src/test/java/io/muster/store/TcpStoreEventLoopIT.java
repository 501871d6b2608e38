package io.muster.store;

import io.muster.store.server.Backend;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class TcpStoreEventLoopIT extends TcpContract {
  TcpStoreEventLoopIT() {
    super(Backend.EVENT_LOOP);
  }
}
