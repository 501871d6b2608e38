package io.muster.rpc;

import io.muster.rendezvous.Rendezvous;
import io.muster.rendezvous.RendezvousOptions;
import io.muster.rpc.internal.engine.AgentStarter;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Makes this process a worker.
 *
 * <pre>{@code
 * RpcOptions options =
 *     RpcOptions.builder()
 *         .initMethod("tcp://10.0.0.1:29500")
 *         .rank(1)
 *         .worldSize(2)
 *         .service(Adder.class, (a, b) -> a + b)
 *         .build();
 * try (RpcAgent agent = Rpc.init("trainer0", options)) {
 *   int three = agent.worker("master").service(Adder.class).add(1, 2);
 *   agent.shutdown();
 * }
 * }</pre>
 */
public final class Rpc {
  private Rpc() {}

  /**
   * Makes this process a worker of a world. Mirrors PyTorch's {@code init_rpc}. In a world of fixed
   * size this blocks until all workers have joined.
   *
   * @param name the name of the worker, which must be unique in the world
   * @throws RpcInitException if another worker has the name or the rank, or workers did not join in
   *     time
   * @throws IllegalArgumentException if an option is missing or wrong
   * @throws io.muster.store.MusterException if the store cannot be reached
   */
  public static RpcAgent init(String name, RpcOptions options) {
    return init(name, options.rank().orElse(-1), options.worldSize().orElse(-1), options);
  }

  /**
   * {@link #init(String, RpcOptions)} with a rank and a world size that take precedence over those
   * of the options. So all workers can use the same options.
   *
   * @param rank the rank; negative if the URL or the environment specifies it
   * @param worldSize the world size; negative if the URL or the environment specifies it, or the
   *     world has no fixed size
   */
  public static RpcAgent init(String name, int rank, int worldSize, RpcOptions options) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a worker needs a name");
    }
    AgentStarter starter =
        new AgentStarter(options, options.functions(), options.usedCodec(), options.security());
    if (options.store().isPresent()) {
      return starter.start(name, rank, worldSize, options.store().get(), Optional.empty());
    }
    Rendezvous rendezvous = meet(rank, worldSize, options);
    return starter.start(
        name,
        rendezvous.rank(),
        rendezvous.worldSize(),
        rendezvous.store(),
        Optional.of(rendezvous));
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
    // In a world without a fixed size a worker needs no rank either.
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
