package com.example.consumer;

import io.muster.rpc.Rpc;
import io.muster.rpc.RpcAgent;
import io.muster.rpc.RpcOptions;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Two workers that call each other, in a JVM whose libraries are all on the module path. */
public final class Main {
  private Main() {}

  /** Fails unless both calls return. */
  public static void main(String[] args) throws Exception {
    if (!Rpc.class.getModule().isNamed()) {
      throw new IllegalStateException("muster-rpc is not a module here");
    }
    Store store = new HashStore();
    CompletableFuture<Integer> other = CompletableFuture.supplyAsync(() -> callAs(1, store));
    int sum = callAs(0, store);
    if (sum != 3 || other.get(1, TimeUnit.MINUTES) != 3) {
      throw new IllegalStateException("wrong sum: " + sum);
    }
  }

  private static int callAs(int rank, Store store) {
    RpcOptions options =
        RpcOptions.builder()
            .store(store)
            .host("127.0.0.1")
            .service(Adder.class, (a, b) -> a + b)
            .build();
    try (RpcAgent agent = Rpc.init("worker" + rank, rank, 2, options)) {
      int sum = agent.worker("worker" + (1 - rank)).service(Adder.class).add(1, 2);
      agent.shutdown();
      return sum;
    }
  }
}
