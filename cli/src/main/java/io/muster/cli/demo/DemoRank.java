package io.muster.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ProcessGroups;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.rendezvous.Rendezvous;
import io.muster.rendezvous.RendezvousOptions;
import io.muster.store.Store;
import java.time.Duration;
import java.util.Arrays;

/** The Java rank of {@code muster demo}; {@code rank.py} does the same in Python. */
public final class DemoRank {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int ELEMENTS = 1000;

  private DemoRank() {}

  /** Meets the others, exchanges keys and all-reduces, and checks it all. */
  public static void main(String[] args) {
    say(Step.STARTED, "Java " + Runtime.version().feature());
    RendezvousOptions rendezvous = RendezvousOptions.builder().timeout(TIMEOUT).build();
    try (Rendezvous met = Rendezvous.of("env://", rendezvous)) {
      exchangeKeys(met.store(), met.rank(), met.worldSize());
    }
    try (ProcessGroups groups = new ProcessGroups()) {
      ProcessGroup group =
          groups.initProcessGroup(ProcessGroupOptions.builder().timeout(TIMEOUT).build());
      say(Step.MET, "a group of " + group.size() + " ranks");
      allReduce(group);
      group.barrier();
    }
  }

  private static void exchangeKeys(Store store, int rank, int size) {
    store.set("demo/" + rank, "from " + rank);
    for (int other = 0; other < size; other++) {
      String value = new String(store.get("demo/" + other), UTF_8);
      require(value.equals("from " + other), "key of rank " + other + " is " + value);
    }
    say(Step.KEYS, size + " keys, one of each rank");
  }

  private static void allReduce(ProcessGroup group) {
    float[] values = new float[ELEMENTS];
    Arrays.fill(values, group.rank() + 1);
    group.allReduce(Tensor.of(values), ReduceOp.SUM);
    int size = group.size();
    int expected = size * (size + 1) / 2;
    for (float value : values) {
      require(value == expected, "the sum is " + value + " instead of " + expected);
    }
    say(Step.REDUCED, "1 + ... + " + size + " = " + expected + ", a thousand times");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalStateException(message);
    }
  }

  private static void say(Step step, String text) {
    System.out.println(step.word() + " " + text);
  }
}
