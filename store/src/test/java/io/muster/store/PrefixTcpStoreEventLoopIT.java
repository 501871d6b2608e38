package io.muster.store;

import io.muster.store.server.ServerBackend;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class PrefixTcpStoreEventLoopIT extends TcpContract {
  private static final String PREFIX = "test_prefix";

  PrefixTcpStoreEventLoopIT() {
    super(ServerBackend.EVENT_LOOP);
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
