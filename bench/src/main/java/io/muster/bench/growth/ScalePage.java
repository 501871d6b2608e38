package io.muster.bench.growth;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Options;
import io.muster.bench.Page;
import io.muster.bench.Results;
import io.muster.bench.Table;
import io.muster.bench.Text;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Computes what a start of very many ranks costs one server, from the cost of each operation. */
@Command(name = "scale", description = "Computes a start of 100,000 ranks from growth's figures.")
public final class ScalePage implements Callable<Integer> {
  private static final int[] RANKS = {10_000, 100_000};
  private static final int[] BACKLOGS = {4_096, 16_384};
  private static final int RANKS_OF_A_NODE = 8;

  /** A packet's bytes besides its payload: IP and TCP with time stamps, Ethernet, and the gap. */
  private static final int HEADER_BYTES = 52 + 18 + 20;

  /** What a rank sends and is sent in a start, in packets and in bytes of payload. */
  private static final int PACKETS_IN = 22;

  private static final int PACKETS_OUT = 21;
  private static final int PAYLOAD_IN = 574;
  private static final int PAYLOAD_OUT = 372;

  /** Linux 6.5 and later send a SYN again after a second each, before they double the time. */
  private static final int RETRIES_AFTER_A_SECOND = 5;

  private static final int MOST_SECONDS_TO_RETRY = 64;

  @Mixin private final Options options = new Options(0, 0);

  /**
   * The time that one operation takes of the server's thread, in µs, measured with {@code clients}.
   */
  record Costs(
      double join, double add, double set, double get, double wake, double connectionBytes) {
    static Costs of(Results measured, String side, int clients) {
      ToDoubleFunction<String> figure = name -> measured.median(Phase.with(clients, name), side);
      double add = figure.applyAsDouble(Phase.ADD.serving());
      return new Costs(
          figure.applyAsDouble(Phase.JOIN.serving()),
          add,
          // A difference of two costs, which noise makes negative where a set costs little.
          Math.max(0, figure.applyAsDouble(Phase.SET_AND_ADD.serving()) - add),
          figure.applyAsDouble(Phase.GET.serving()),
          figure.applyAsDouble(Phase.WAKE.serving()),
          figure.applyAsDouble(Phase.MEMORY) * (1 << 20) / clients);
    }

    /** The server's time for a rank with a connection of its own. */
    double ofRank() {
      return join + set + 2 * (add + wake + get) + 2 * (2 * add + wake);
    }

    /** The server's time for a node whose ranks share a connection. */
    double ofNode(int ranks) {
      return join + ranks * set + 2 * (add + wake) + (ranks + 1) * get + 2 * (2 * add + wake);
    }

    /** The server's time for a rank that gets the addresses of all ranks. */
    double ofFullMesh(long ranks) {
      return ranks * (2 * add + get);
    }
  }

  @Override
  public Integer call() throws IOException {
    Results measured = new Results(List.of(PYTORCH, MUSTER));
    measured.addFrom(
        options
            .figures()
            .orElseThrow(() -> new IllegalArgumentException("scale needs --figures FILE")));
    options.publish(text(measured));
    return 0;
  }

  static String text(Results measured) throws IOException {
    return Page.of("scale.md")
        .with("taken on", measured.takenOn())
        .with("costs", costs(measured))
        .with("starts", starts(measured))
        .with("queues", queues())
        .with("ranks of a node", RANKS_OF_A_NODE)
        .with("meshes", meshes(measured))
        .with("header bytes", HEADER_BYTES)
        .with("packets in", PACKETS_IN)
        .with("packets out", PACKETS_OUT)
        .with("payload in", PAYLOAD_IN)
        .with("payload out", PAYLOAD_OUT)
        .with("largest", Text.format("%,d", largest(measured)))
        .text();
  }

  /** The numbers of clients that a server has figures of. */
  private static List<Integer> sizes(Results measured, String side) {
    return measured.names().stream()
        .filter(name -> measured.of(name, side).count() > 0)
        .map(name -> Integer.valueOf(name.substring(0, name.indexOf(' ')).replace(",", "")))
        .distinct()
        .sorted()
        .toList();
  }

  private static int largest(Results measured) {
    return Collections.max(sizes(measured, MUSTER));
  }

  private static Table costs(Results measured) {
    Table rows = Table.rows();
    for (String side : List.of(MUSTER, PYTORCH)) {
      for (int clients : sizes(measured, side)) {
        Costs costs = Costs.of(measured, side, clients);
        rows.row(
            "| %s | %,d | %.2f | %.2f | %.2f | %.2f | %.2f | %,.0f | %.1f |",
            side,
            clients,
            costs.join,
            costs.add,
            costs.set,
            costs.get,
            costs.wake,
            costs.connectionBytes,
            costs.ofRank());
      }
    }
    return rows;
  }

  private static Table starts(Results measured) {
    Table rows = Table.rows();
    for (String side : List.of(MUSTER, PYTORCH)) {
      Costs costs = Costs.of(measured, side, largest(measured));
      for (int ranks : RANKS) {
        rows.row(
            "| %s | %,d | %,d | %.2f | %,.0f | %.0f | %.0f |",
            side,
            ranks,
            ranks,
            ranks * costs.ofRank() / 1e6,
            ranks * costs.connectionBytes / (1 << 20),
            ranks * (PACKETS_IN * HEADER_BYTES + PAYLOAD_IN) / 1e6,
            ranks * (PACKETS_OUT * HEADER_BYTES + PAYLOAD_OUT) / 1e6);
        int nodes = ranks / RANKS_OF_A_NODE;
        rows.row(
            "| %s | %,d | %,d | %.2f | %,.0f | – | – |",
            side,
            ranks,
            nodes,
            nodes * costs.ofNode(RANKS_OF_A_NODE) / 1e6,
            nodes * costs.connectionBytes / (1 << 20));
      }
    }
    return rows;
  }

  private static Table queues() {
    Table rows = Table.rows();
    for (int ranks : RANKS) {
      for (int backlog : BACKLOGS) {
        int attempts = (ranks + backlog - 1) / backlog;
        rows.row("| %,d | %,d | %d | %d |", ranks, backlog, attempts, waiting(attempts));
      }
    }
    return rows;
  }

  /** The seconds from the first SYN to the last, if {@code attempts} are sent. */
  static int waiting(int attempts) {
    int seconds = 0;
    int pause = 1;
    for (int retry = 1; retry < attempts; retry++) {
      seconds += pause;
      if (retry >= RETRIES_AFTER_A_SECOND) {
        pause = Math.min(MOST_SECONDS_TO_RETRY, 2 * pause);
      }
    }
    return seconds;
  }

  private static Table meshes(Results measured) {
    Table rows = Table.rows();
    Costs costs = Costs.of(measured, MUSTER, largest(measured));
    for (long ranks : RANKS) {
      rows.row(
          "| %,d | %,d | %,.0f |", ranks, 3 * ranks * ranks, ranks * costs.ofFullMesh(ranks) / 1e6);
    }
    return rows;
  }
}
