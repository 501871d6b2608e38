package io.muster.bench.collectives;

import io.muster.bench.SideBySide;
import io.muster.bench.collectives.RankSide.Collective;
import io.muster.fixtures.ParentProcess;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** A rank in a process of its own, which repeats collectives on request until its input ends. */
final class RankMain {
  private RankMain() {}

  /** Joins as a rank of the side, rank, world size and store's port in {@code args}. */
  public static void main(String[] args) throws IOException {
    int rank = Integer.parseInt(args[1]);
    int size = Integer.parseInt(args[2]);
    int port = Integer.parseInt(args[3]);
    try (RankSide side =
        args[0].equals(SideBySide.PYTORCH)
            ? new PyTorchRankSide(port, rank, size)
            : new MusterRankSide(port, rank, size)) {
      ParentProcess.answer("joined");
      Map<String, Runnable> prepared = new HashMap<>();
      ParentProcess.answerEach(
          line -> {
            String[] words = line.split(" ", -1);
            Runnable work =
                prepared.computeIfAbsent(
                    words[0] + " " + words[1],
                    unused ->
                        side.prepare(Collective.valueOf(words[0]), Integer.parseInt(words[1])));
            return nanos(side, work, Integer.parseInt(words[2]));
          });
    }
  }

  private static long nanos(RankSide side, Runnable work, int times) {
    side.barrier();
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      work.run();
    }
    return System.nanoTime() - start;
  }
}
