package io.muster.store;

import io.muster.store.server.ServerBackend;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class PrefixTcpStoreThreadedIT extends TcpContract {
  private static final String PREFIX = "test_prefix";

  PrefixTcpStoreThreadedIT() {
    super(ServerBackend.THREADED);
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
