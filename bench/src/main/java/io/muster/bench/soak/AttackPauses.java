package io.muster.bench.soak;

import io.muster.bench.Machine;
import io.muster.bench.Options;
import io.muster.bench.Page;
import io.muster.bench.ServerProcess;
import io.muster.bench.Table;
import io.muster.fixtures.Bystander;
import io.muster.fixtures.wire.MemoryAttack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The longest time that an operation of another client takes while clients attack a server, for
 * both backends and several heaps.
 */
@Command(
    name = "attacks",
    description = "Measures how long clients that attack a server hold up another client.")
public final class AttackPauses implements Callable<Integer> {
  private static final List<String> HEAPS = List.of("48m", "64m", "128m", "256m", "512m", "1g");
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Mixin private final Options options = new Options(3, 0);

  @Override
  public Integer call() throws IOException {
    Map<String, Map<String, Duration>> pauses = new LinkedHashMap<>();
    for (ServerProcess.Kind backend :
        List.of(ServerProcess.Kind.EVENT_LOOP, ServerProcess.Kind.THREADED)) {
      for (String heap : HEAPS) {
        String server = name(backend) + ", " + heap;
        if (options.includes(server)) {
          System.err.println(server);
          pauses.put(server, measure(backend, heap, options.rounds()));
        }
      }
    }
    options.publish(
        Page.of("attacks.md")
            .with("rounds", options.rounds())
            .with("machine", Machine.describe())
            .with("table", table(pauses))
            .text());
    return 0;
  }

  /** The longest pause during each attack. */
  private static Map<String, Duration> measure(
      ServerProcess.Kind backend, String heap, int rounds) {
    Random random = new Random(1);
    Map<String, Duration> pauses = new LinkedHashMap<>();
    try (ServerProcess server = ServerProcess.start(backend, "-Xmx" + heap, "-XX:+UseSerialGC");
        Bystander bystander = Bystander.of(server.port(), PATIENCE)) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
      for (int round = 0; round < rounds; round++) {
        for (MemoryAttack attack : MemoryAttack.values()) {
          bystander.forgetPauses();
          SoakAttackers.attack(address, attack, random);
          pauses.merge(
              name(attack),
              bystander.longestPause(),
              (one, other) -> one.compareTo(other) > 0 ? one : other);
        }
      }
    }
    return pauses;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static Table table(Map<String, Map<String, Duration>> pauses) {
    List<String> headings = new ArrayList<>(List.of("server"));
    for (MemoryAttack attack : MemoryAttack.values()) {
      headings.add(name(attack));
    }
    Table table = Table.of(headings);
    pauses.forEach(
        (server, each) -> {
          List<String> cells = new ArrayList<>(List.of(server));
          each.values().forEach(pause -> cells.add(String.valueOf(pause.toMillis())));
          table.row(cells);
        });
    return table;
  }
}
