package io.muster.rpc;

import io.muster.fixtures.Background;
import io.muster.fixtures.RankThreads;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** Workers in this JVM that share a store. Their names are worker0, worker1 and so on. */
final class LocalWorld implements AutoCloseable {
  private final List<RpcAgent> agents;

  private LocalWorld(List<RpcAgent> agents) {
    this.agents = agents;
  }

  /** Starts workers that all have the same options. */
  static LocalWorld of(int size, Consumer<RpcOptions.Builder> options) {
    return of(Collections.nCopies(size, options));
  }

  /** Starts one worker per element of the list. */
  static LocalWorld of(List<Consumer<RpcOptions.Builder>> options) {
    int size = options.size();
    Store store = new HashStore();
    return new LocalWorld(
        RankThreads.call(
            size,
            rank -> Rpc.init("worker" + rank, options(store, rank, size, options.get(rank)))));
  }

  static RpcOptions options(Store store, int rank, int size, Consumer<RpcOptions.Builder> more) {
    RpcOptions.Builder builder =
        RpcOptions.builder()
            .store(store)
            .rank(rank)
            .worldSize(size)
            .host("127.0.0.1")
            .timeout(Background.PATIENCE)
            .initTimeout(Background.PATIENCE);
    more.accept(builder);
    return builder.build();
  }

  RpcAgent agent(int rank) {
    return agents.get(rank);
  }

  /** The handle that one worker has for calling another one. */
  Worker seen(int from, int to) {
    return agents.get(from).worker(to);
  }

  @Override
  public void close() {
    agents.forEach(RpcAgent::close);
  }
}
