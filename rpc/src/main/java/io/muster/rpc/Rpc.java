package io.muster.rpc;

import io.muster.rendezvous.Rendezvous;
import io.muster.rendezvous.RendezvousOptions;
import io.muster.store.Store;
import java.util.Optional;

/**
 * Where a process becomes a worker.
 *
 * <pre>{@code
 * try (RpcAgent agent =
 *     Rpc.init(
 *         "trainer0",
 *         RpcOptions.builder()
 *             .initMethod("tcp://10.0.0.1:29500")
 *             .rank(1)
 *             .worldSize(2)
 *             .service(Adder.class, (a, b) -> a + b)
 *             .build())) {
 *   int three = agent.worker("master").service(Adder.class).add(1, 2);
 *   agent.shutdown();
 * }
 * }</pre>
 */
public final class Rpc {
  private Rpc() {}

  /**
   * Makes this process a worker of a world; PyTorch's {@code init_rpc}. In a world of known size it
   * blocks until all workers are there.
   *
   * @param name the name, which no other worker of the world has
   * @throws RpcInitException if the name or the rank is another worker's, or workers have not come
   *     in time
   * @throws IllegalArgumentException if something of the options is missing or wrong
   * @throws io.muster.store.MusterException if the store cannot be reached
   */
  public static RpcAgent init(String name, RpcOptions options) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a worker needs a name");
    }
    Optional<Rendezvous> met =
        options.store().isPresent() ? Optional.empty() : Optional.of(meet(options));
    boolean made = false;
    try {
      Store store = met.map(Rendezvous::store).orElseGet(() -> options.store().orElseThrow());
      int rank = met.map(Rendezvous::rank).orElseGet(() -> options.rank().orElse(-1));
      int size = met.map(Rendezvous::worldSize).orElseGet(() -> options.worldSize().orElse(-1));
      RpcAgent agent = RpcAgent.start(name, rank, size, store, met, options);
      made = true;
      return agent;
    } finally {
      if (!made) {
        met.ifPresent(Rendezvous::close);
      }
    }
  }

  private static Rendezvous meet(RpcOptions options) {
    RendezvousOptions.Builder builder =
        RendezvousOptions.builder()
            .timeout(options.initTimeout())
            .environment(options.environment());
    options.rank().ifPresent(builder::rank);
    options.worldSize().ifPresent(builder::worldSize);
    return Rendezvous.of(options.initMethod(), builder.build());
  }
}
