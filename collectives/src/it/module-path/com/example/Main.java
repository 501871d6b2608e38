package com.example;

import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ProcessGroups;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Sums a number of each rank. */
final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    Store store = new HashStore();
    CompletableFuture<Integer> other = CompletableFuture.supplyAsync(() -> sum(1, store));
    System.out.println("= " + sum(0, store));
    System.out.println("= " + other.get(1, TimeUnit.MINUTES));
  }

  private static int sum(int rank, Store store) {
    ProcessGroupOptions options =
        ProcessGroupOptions.builder()
            .store(store)
            .rank(rank)
            .worldSize(2)
            .interfaceNames("lo")
            .build();
    try (ProcessGroups groups = new ProcessGroups()) {
      ProcessGroup group = groups.initProcessGroup(options);
      int[] data = {rank + 1};
      group.allReduce(Tensor.of(data), ReduceOp.SUM);
      return data[0];
    }
  }
}
