package io.muster.store;

import io.muster.store.server.Backend;

class TcpStoreThreadedTest extends TcpContract {
  TcpStoreThreadedTest() {
    super(Backend.THREADED);
  }
}
