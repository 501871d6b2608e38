package io.muster.store;

import io.muster.store.server.Backend;

class PrefixTcpStoreEventLoopTest extends TcpContract {
  private static final String PREFIX = "test_prefix";

  PrefixTcpStoreEventLoopTest() {
    super(Backend.EVENT_LOOP);
  }

  @Override
  protected Store create() {
    return new PrefixStore(PREFIX, super.create());
  }

  @Override
  public String named(String key) {
    return PREFIX + "/" + key;
  }
}
