package io.muster.store.server;

import io.muster.fixtures.wire.RawClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A server on each backend in turn, and what its clients may expect of it. */
@ParameterizedClass
@EnumSource(ServerBackend.class)
abstract class ServerTest {
  final ServerBackend backend;
  private StoreServer server;

  ServerTest(ServerBackend backend) {
    this.backend = backend;
    this.server = StoreServer.start(options().build());
  }

  final StoreServerOptions.Builder options() {
    return StoreServerOptions.builder().backend(backend);
  }

  final StoreServer server() {
    return server;
  }

  /** Starts a server with other options in place of the one with the defaults. */
  final void restart(StoreServerOptions.Builder options) {
    server.close();
    server = StoreServer.start(options.build());
  }

  final RawClient connect() {
    return RawClient.connect(server);
  }

  /** Does one thing as a client of its own, and returns when it is done. */
  final void elsewhere(String request) {
    try (RawClient other = connect()) {
      other.send(request).sync();
    }
  }

  @AfterEach
  final void closeServer() {
    server.close();
  }
}
