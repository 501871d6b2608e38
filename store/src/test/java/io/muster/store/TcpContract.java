package io.muster.store;

import io.muster.fixtures.contract.CloseContract;
import io.muster.fixtures.contract.QueueContract;
import io.muster.fixtures.contract.StoreContract;
import io.muster.fixtures.contract.WatchContract;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import org.junit.jupiter.api.AfterEach;

/** A TCP store as a client of a server that outlives it, for a world of one. */
abstract class TcpContract extends StoreContract
    implements QueueContract, CloseContract, WatchContract {
  private final StoreServer server;

  TcpContract(ServerBackend backend) {
    this(StoreServerOptions.builder().backend(backend).build());
  }

  TcpContract(StoreServerOptions options) {
    server = StoreServer.start(options);
  }

  @Override
  protected Store create() {
    return TcpStore.connect(
        "127.0.0.1", server.port(), TcpStoreOptions.builder().worldSize(1).build());
  }

  @Override
  public int bookkeepingKeys() {
    return 1;
  }

  @AfterEach
  final void closeServer() {
    server.close();
  }
}
