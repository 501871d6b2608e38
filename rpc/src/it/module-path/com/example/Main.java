package com.example;

import io.muster.rpc.Rpc;
import io.muster.rpc.RpcAgent;
import io.muster.rpc.RpcOptions;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Two workers that call each other. */
final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    Store store = new HashStore();
    CompletableFuture<Integer> other = CompletableFuture.supplyAsync(() -> call(1, store));
    System.out.println("= " + call(0, store));
    System.out.println("= " + other.get(1, TimeUnit.MINUTES));
  }

  private static int call(int rank, Store store) {
    RpcOptions options =
        RpcOptions.builder()
            .store(store)
            .host("127.0.0.1")
            .service(Adder.class, (a, b) -> a + b)
            .build();
    try (RpcAgent agent = Rpc.init("worker" + rank, rank, 2, options)) {
      int sum = agent.worker("worker" + (1 - rank)).service(Adder.class).add(rank, 2);
      agent.shutdown();
      return sum;
    }
  }
}
