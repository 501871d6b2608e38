package io.muster.bench.growth;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Options;
import io.muster.bench.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Computes what a start of very many ranks costs one server, from the cost of each operation. */
public final class ScalePage {
  private static final String USAGE = "usage: scale --figures FILE [--write FILE]";

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

  private ScalePage() {}

  /**
   * The time that one operation takes of the server's thread, in µs, measured with {@code clients}.
   */
  record Costs(
      double join, double add, double set, double get, double wake, double connectionBytes) {
    static Costs of(Measurements measured, String side, int clients) {
      double add = measured.figure(side, clients, Phase.ADD.serving());
      return new Costs(
          measured.figure(side, clients, Phase.JOIN.serving()),
          add,
          // A difference of two costs, which noise makes negative where a set costs little.
          Math.max(0, measured.figure(side, clients, Phase.SET_AND_ADD.serving()) - add),
          measured.figure(side, clients, Phase.GET.serving()),
          measured.figure(side, clients, Phase.WAKE.serving()),
          measured.figure(side, clients, Measurements.MEMORY) * (1 << 20) / clients);
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

  /** Prints the page, and writes it to the file of {@code --write}. */
  public static void main(String... args) throws IOException {
    Options options = Options.parse(USAGE, 0, 0, args);
    Path figures = options.figures().orElseThrow(() -> new IllegalArgumentException(USAGE));
    options.publish(text(Measurements.read(figures)));
  }

  static String text(Measurements measured) throws IOException {
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
        .with("largest", String.format(Locale.ROOT, "%,d", largest(measured)))
        .text();
  }

  private static int largest(Measurements measured) {
    return measured.sizes(MUSTER).last();
  }

  private static String costs(Measurements measured) {
    StringBuilder rows = new StringBuilder();
    for (String side : List.of(MUSTER, PYTORCH)) {
      for (int clients : measured.sizes(side)) {
        Costs costs = Costs.of(measured, side, clients);
        row(
            rows,
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
    return rows.toString();
  }

  private static String starts(Measurements measured) {
    StringBuilder rows = new StringBuilder();
    for (String side : List.of(MUSTER, PYTORCH)) {
      Costs costs = Costs.of(measured, side, largest(measured));
      for (int ranks : RANKS) {
        for (int shared : List.of(1, RANKS_OF_A_NODE)) {
          int connections = ranks / shared;
          double seconds =
              connections * (shared == 1 ? costs.ofRank() : costs.ofNode(shared)) / 1e6;
          row(
              rows,
              "| %s | %,d | %,d | %.2f | %,.0f | %s |",
              side,
              ranks,
              connections,
              seconds,
              connections * costs.connectionBytes / (1 << 20),
              shared == 1
                  ? String.format(
                      Locale.ROOT,
                      "%.0f | %.0f",
                      ranks * (PACKETS_IN * HEADER_BYTES + PAYLOAD_IN) / 1e6,
                      ranks * (PACKETS_OUT * HEADER_BYTES + PAYLOAD_OUT) / 1e6)
                  : "– | –");
        }
      }
    }
    return rows.toString();
  }

  private static String queues() {
    StringBuilder rows = new StringBuilder();
    for (int ranks : RANKS) {
      for (int backlog : BACKLOGS) {
        int attempts = (ranks + backlog - 1) / backlog;
        row(rows, "| %,d | %,d | %d | %d |", ranks, backlog, attempts, waiting(attempts));
      }
    }
    return rows.toString();
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

  private static String meshes(Measurements measured) {
    StringBuilder rows = new StringBuilder();
    Costs costs = Costs.of(measured, MUSTER, largest(measured));
    for (long ranks : RANKS) {
      row(
          rows,
          "| %,d | %,d | %,.0f |",
          ranks,
          3 * ranks * ranks,
          ranks * costs.ofFullMesh(ranks) / 1e6);
    }
    return rows.toString();
  }

  private static void row(StringBuilder rows, String format, Object... cells) {
    rows.append(rows.length() == 0 ? "" : "\n").append(String.format(Locale.ROOT, format, cells));
  }
}
