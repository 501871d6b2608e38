package io.muster.bench.soak;

import io.muster.bench.Machine;
import io.muster.bench.Options;
import io.muster.bench.Page;
import io.muster.bench.ServerProcess;
import io.muster.store.TcpStore;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * The longest time that an operation of another client takes while clients attack a server, for
 * both backends and several heaps.
 */
public final class AttackPauses {
  private static final String USAGE = "usage: attacks [--rounds N] [--only REGEX] [--write FILE]";
  private static final List<String> HEAPS = List.of("48m", "64m", "128m", "256m", "512m", "1g");
  private static final int WARM_UP_OPERATIONS = 20_000;

  private AttackPauses() {}

  /** Measures, prints, and writes the file that was named. */
  public static void main(String... args) throws IOException {
    Options options = Options.parse(USAGE, 3, 0, args);
    Map<String, Map<String, Long>> pauses = new LinkedHashMap<>();
    for (ServerProcess.Kind backend :
        List.of(ServerProcess.Kind.EVENT_LOOP, ServerProcess.Kind.THREADED)) {
      for (String heap : HEAPS) {
        String server = backend.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ", " + heap;
        if (options.includes(server)) {
          System.err.println(server);
          pauses.put(server, measure(backend, heap, options.rounds()));
        }
      }
    }
    options.publish(page(pauses, options.rounds()));
  }

  /** The longest pause during each attack, in nanoseconds. */
  private static Map<String, Long> measure(ServerProcess.Kind backend, String heap, int rounds)
      throws IOException {
    SoakAttackers attackers = new SoakAttackers(new Random(1));
    Map<String, Long> pauses = new LinkedHashMap<>();
    try (ServerProcess server = ServerProcess.start(backend, "-Xmx" + heap, "-XX:+UseSerialGC");
        Bystander bystander = new Bystander(server.port())) {
      for (int round = 0; round < rounds; round++) {
        for (String attack : attackers.names()) {
          bystander.longestPauseSinceLast();
          attackers.attack(server.port(), attack);
          pauses.merge(attack, bystander.longestPauseSinceLast(), Math::max);
        }
      }
    }
    return pauses;
  }

  private static String page(Map<String, Map<String, Long>> pauses, int rounds) throws IOException {
    List<String> attacks =
        pauses.values().stream().flatMap(each -> each.keySet().stream()).distinct().toList();
    StringBuilder table = new StringBuilder("| server |");
    attacks.forEach(attack -> table.append(' ').append(attack).append(" |"));
    table.append("\n|---|").append("---:|".repeat(attacks.size()));
    pauses.forEach(
        (server, each) -> {
          table.append("\n| ").append(server).append(" |");
          for (String attack : attacks) {
            long millis = each.getOrDefault(attack, 0L) / 1_000_000;
            table.append(' ').append(millis).append(" |");
          }
        });
    return Page.of("attacks.md")
        .with("rounds", rounds)
        .with("machine", Machine.describe())
        .with("table", table)
        .text();
  }

  /** A client that uses the store all the while. */
  private static final class Bystander implements AutoCloseable {
    private final LongAccumulator longest = new LongAccumulator(Math::max, 0);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final TcpStore store;
    private final Thread thread = new Thread(this::run, "bystander");
    private volatile boolean closing;

    Bystander(int port) {
      store = TcpStore.connect("127.0.0.1", port);
      for (int i = 0; i < WARM_UP_OPERATIONS; i++) {
        use();
      }
      thread.start();
    }

    private void use() {
      store.set("bystander/value", "value");
      time(() -> store.get("bystander/value"));
      time(() -> store.add("bystander/count", 1));
      time(() -> store.check("bystander/missing"));
    }

    private void time(Runnable operation) {
      long start = System.nanoTime();
      operation.run();
      longest.accumulate(System.nanoTime() - start);
    }

    private void run() {
      try {
        while (!closing) {
          use();
        }
      } catch (Throwable e) {
        failure.set(e);
      }
    }

    long longestPauseSinceLast() {
      Throwable failed = failure.get();
      if (failed != null) {
        throw new IllegalStateException("the other client failed", failed);
      }
      return longest.getThenReset();
    }

    @Override
    public void close() {
      closing = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      store.close();
    }
  }
}
