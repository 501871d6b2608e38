package io.muster.bench.collectives;

import io.muster.bench.SideBySide;
import io.muster.bench.collectives.RankSide.Collective;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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
      System.out.println("= joined");
      Map<String, Runnable> prepared = new HashMap<>();
      var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", -1);
        Runnable work =
            prepared.computeIfAbsent(
                words[0] + " " + words[1],
                unused -> side.prepare(Collective.valueOf(words[0]), Integer.parseInt(words[1])));
        System.out.println("= " + nanos(side, work, Integer.parseInt(words[2])));
      }
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
