package io.muster.rpc;

import io.muster.rendezvous.Rendezvous;
import io.muster.rendezvous.RendezvousOptions;
import io.muster.store.Store;
import java.util.Optional;
import java.util.regex.Pattern;

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
    return init(name, options.rank().orElse(-1), options.worldSize().orElse(-1), options);
  }

  /**
   * {@link #init(String, RpcOptions)} with a rank and a world size that go before those of the
   * options, which a whole world can then share.
   *
   * @param rank the rank; negative if the URL or the environment says it
   * @param worldSize the world size; negative if the URL or the environment says it, or the world
   *     has none
   */
  public static RpcAgent init(String name, int rank, int worldSize, RpcOptions options) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a worker needs a name");
    }
    Optional<Rendezvous> met =
        options.store().isPresent()
            ? Optional.empty()
            : Optional.of(meet(rank, worldSize, options));
    boolean made = false;
    try {
      Store store = met.map(Rendezvous::store).orElseGet(() -> options.store().orElseThrow());
      RpcAgent agent =
          RpcAgent.start(
              name,
              met.map(Rendezvous::rank).orElse(rank),
              met.map(Rendezvous::worldSize).orElse(worldSize),
              store,
              met,
              options);
      made = true;
      return agent;
    } finally {
      if (!made) {
        met.ifPresent(Rendezvous::close);
      }
    }
  }

  private static Rendezvous meet(int rank, int worldSize, RpcOptions options) {
    RendezvousOptions.Builder builder =
        RendezvousOptions.builder()
            .timeout(options.initTimeout())
            .environment(options.environment());
    options.bind().ifPresent(builder::bind);
    String url = options.initMethod();
    boolean hasSize =
        worldSize >= 0 || isArgument("world_size", url) || isVariable("WORLD_SIZE", url, options);
    if (hasSize) {
      return Rendezvous.of(url, builder.rank(rank).worldSize(worldSize).build());
    }
    // Workers of a world without a size need no rank either.
    String open = url + (url.contains("?") ? "&" : "?") + "world_size=-1";
    boolean hasRank = isArgument("rank", url) || (rank < 0 && isVariable("RANK", url, options));
    return Rendezvous.of(hasRank ? open : open + "&rank=" + rank, builder.build());
  }

  private static boolean isArgument(String name, String url) {
    return Pattern.compile("[?&]" + name + "=").matcher(url).find();
  }

  private static boolean isVariable(String name, String url, RpcOptions options) {
    return url.startsWith("env://") && !options.environment().getOrDefault(name, "").isEmpty();
  }
}
