package io.muster.store;

import io.muster.store.server.Backend;

class PrefixTcpStoreThreadedTest extends TcpContract {
  private static final String PREFIX = "test_prefix";

  PrefixTcpStoreThreadedTest() {
    super(Backend.THREADED);
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
