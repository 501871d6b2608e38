package io.muster.rendezvous;

import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.internal.agent.AgentStore;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServerOptions;

/** {@code tcp://host:port}: rank 0 hosts the store, and the other ranks connect to it. */
final class TcpHandler implements RendezvousHandler {
  @Override
  public String scheme() {
    return "tcp";
  }

  @Override
  public Rendezvous meet(RendezvousRequest request) {
    int port = request.port().orElseThrow(() -> request.invalid("port number missing"));
    String host = request.host().orElseThrow(() -> request.invalid("host name missing"));
    return meet(request, host, port, request.rank(), request.worldSize());
  }

  /** Meets at the given address, from the URL or from the environment. */
  static Rendezvous meet(
      RendezvousRequest request, String host, int port, int rank, int worldSize) {
    TcpStoreOptions options =
        TcpStoreOptions.builder()
            .timeout(request.timeout())
            .worldSize(worldSize)
            .multiTenant(true)
            .environment(request.environment())
            .server(server(request))
            .build();
    TcpStore store =
        rank == 0 && !AgentStore.agentHosts(host, port, request.environment())
            ? TcpStore.host(host, port, options)
            : TcpStore.connect(host, port, options);
    return new Rendezvous(store, rank, worldSize);
  }

  private static StoreServerOptions server(RendezvousRequest request) {
    StoreServerOptions.Builder server = StoreServerOptions.builder().backend(backend(request));
    request.bind().ifPresent(server::bind);
    return server.build();
  }

  private static ServerBackend backend(RendezvousRequest request) {
    String useLibuv =
        request.argument("use_libuv").orElse(request.environment().getOrDefault("USE_LIBUV", "1"));
    return useLibuv.equals("1") ? ServerBackend.EVENT_LOOP : ServerBackend.THREADED;
  }
}
