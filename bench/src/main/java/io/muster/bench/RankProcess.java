package io.muster.bench;

import io.muster.bench.RankSide.Collective;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A rank in a process of its own, which ends when its standard input does. */
final class RankProcess implements AutoCloseable {
  /** Whose ranks there are. */
  enum Kind {
    PYTORCH,
    MUSTER
  }

  private static final String ANSWER = "= ";

  private final Process process;
  private final BufferedReader out;
  private final PrintStream in;

  private RankProcess(Process process) {
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  /** The ranks of a world, whose store is at a port; they are connected on return. */
  static List<RankProcess> world(Kind kind, int size, int port) throws IOException {
    List<RankProcess> ranks = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      ranks.add(start(kind, rank, size, port));
    }
    for (RankProcess rank : ranks) {
      long unused = rank.answer();
    }
    return ranks;
  }

  private static RankProcess start(Kind kind, int rank, int size, int port) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new RankProcess(
        new ProcessBuilder(
                List.of(
                    java,
                    "-Dorg.bytedeco.javacpp.nopointergc=true",
                    "-cp",
                    System.getProperty("java.class.path"),
                    RankProcess.class.getName(),
                    kind.name(),
                    String.valueOf(rank),
                    String.valueOf(size),
                    String.valueOf(port)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** Repeats a collective in a world; the nanoseconds of the rank that took longest. */
  static long nanos(List<RankProcess> world, Collective collective, int bytes, int times) {
    world.forEach(rank -> rank.in.printf(Locale.ROOT, "%s %d %d%n", collective, bytes, times));
    return world.stream().mapToLong(RankProcess::answer).max().orElseThrow();
  }

  private long answer() {
    try {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith(ANSWER)) {
          return Long.parseLong(line.substring(ANSWER.length()));
        }
      }
      throw new IllegalStateException("a rank has ended");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }

  /** Is a rank until its input ends. */
  public static void main(String[] args) throws IOException {
    int rank = Integer.parseInt(args[1]);
    int size = Integer.parseInt(args[2]);
    int port = Integer.parseInt(args[3]);
    try (RankSide side =
        switch (Kind.valueOf(args[0])) {
          case PYTORCH -> new PyTorchRankSide(port, rank, size);
          case MUSTER -> new MusterRankSide(port, rank, size);
        }) {
      System.out.println(ANSWER + 0);
      Map<String, Runnable> prepared = new HashMap<>();
      var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", -1);
        Runnable work =
            prepared.computeIfAbsent(
                words[0] + " " + words[1],
                unused -> side.prepare(Collective.valueOf(words[0]), Integer.parseInt(words[1])));
        System.out.println(ANSWER + timed(side, work, Integer.parseInt(words[2])));
      }
    }
  }

  private static long timed(RankSide side, Runnable work, int times) {
    side.barrier();
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      work.run();
    }
    return System.nanoTime() - start;
  }
}
