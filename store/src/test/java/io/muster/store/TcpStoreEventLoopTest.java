package io.muster.store;

import io.muster.store.server.Backend;

class TcpStoreEventLoopTest extends TcpContract {
  TcpStoreEventLoopTest() {
    super(Backend.EVENT_LOOP);
  }
}
