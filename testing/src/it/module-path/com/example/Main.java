package com.example;

import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.testing.Ranks;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs a body that succeeds, and one that fails. */
final class Main {
  private Main() {}

  public static void main(String[] args) {
    AtomicInteger sums = new AtomicInteger();
    Ranks.run(
        2,
        group -> {
          int[] data = {group.rank() + 1};
          group.allReduce(Tensor.of(data), ReduceOp.SUM);
          sums.addAndGet(data[0]);
        });
    System.out.println("= " + sums);
    try {
      Ranks.run(
          1,
          group -> {
            throw new IllegalStateException("no");
          });
    } catch (AssertionError e) {
      System.out.println("= " + e.getMessage());
    }
  }
}
