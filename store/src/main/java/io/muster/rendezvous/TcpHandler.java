package io.muster.rendezvous;

import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.Backend;
import io.muster.store.server.StoreServerOptions;
import java.util.Map;

/** {@code tcp://host:port}: rank 0 hosts the store there, and the others connect to it. */
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

  /** Meets at an address that the URL, or something else, has given. */
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
        rank == 0 && !agentHosts(request.environment(), host, port)
            ? TcpStore.host(host, port, options)
            : TcpStore.connect(host, port, options);
    return new Rendezvous(store, rank, worldSize);
  }

  private static StoreServerOptions server(RendezvousRequest request) {
    StoreServerOptions.Builder server = StoreServerOptions.builder().backend(backend(request));
    request.bind().ifPresent(server::bind);
    return server.build();
  }

  private static Backend backend(RendezvousRequest request) {
    String useLibuv =
        request.argument("use_libuv").orElse(request.environment().getOrDefault("USE_LIBUV", "1"));
    return useLibuv.equals("1") ? Backend.EVENT_LOOP : Backend.THREADED;
  }

  /** Whether torchelastic's agent hosts the store at this address, so that no rank does. */
  private static boolean agentHosts(Map<String, String> environment, String host, int port) {
    return "True".equals(environment.get("TORCHELASTIC_USE_AGENT_STORE"))
        && host.equals(environment.get("MASTER_ADDR"))
        && String.valueOf(port).equals(environment.get("MASTER_PORT"));
  }
}
