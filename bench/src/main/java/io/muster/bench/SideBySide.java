package io.muster.bench;

import io.muster.bench.ServerProcess.Kind;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Times PyTorch's store and Muster's in one run, turn by turn, and prints the ratios.
 *
 * <p>Each server is a process of its own; the clients are in this one. A round does every workload
 * on every side, and each round begins with another side.
 */
public final class SideBySide {
  private static final String USAGE =
      "usage: side-by-side [--rounds N] [--warm-up N] [--scale F] [--only REGEX] [--write FILE]"
          + " [--figures FILE]";

  private final RunOptions options;

  private SideBySide(String[] args) {
    options = RunOptions.parse(USAGE, 5, args);
  }

  /** What is compared. */
  private enum Column {
    PYTORCH(Kind.PYTORCH, PyTorchSide::new),
    EVENT_LOOP(Kind.EVENT_LOOP, MusterSide::new),
    THREADED(Kind.THREADED, MusterSide::new);

    final Kind server;

    @SuppressWarnings("ImmutableEnumChecker") // a constructor is
    final IntFunction<Side> client;

    Column(Kind server, IntFunction<Side> client) {
      this.server = server;
      this.client = client;
    }
  }

  /** Measures, prints, and writes the file if one was named. */
  public static void main(String[] args) throws IOException {
    // The references that would free native objects some day cost time; ours are freed by hand.
    System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    SideBySide run = new SideBySide(args);
    run.measure();
  }

  private void measure() throws IOException {
    String loadBefore = Machine.load();
    try (Sides sides = new Sides();
        ServerProcess echoServer = ServerProcess.start(Kind.ECHO);
        Echo echo = new Echo(echoServer.port())) {
      List<Workload> workloads =
          Workload.all().stream().filter(w -> options.includes(w.name())).toList();
      Map<Workload, Map<Column, Samples>> micros = new LinkedHashMap<>();
      Map<Workload, Map<Column, Workload.Timed>> timed = new LinkedHashMap<>();
      for (Workload workload : workloads) {
        micros.put(workload, new EnumMap<>(Column.class));
        timed.put(workload, new EnumMap<>(Column.class));
        for (Column column : Column.values()) {
          of(micros, workload).put(column, new Samples());
          of(timed, workload).put(column, workload.preparation().on(sides.of(column)));
        }
      }
      Samples floor = new Samples();
      Samples huge = new Samples();
      Workload.Timed hugeTimed = Workload.huge().preparation().on(sides.of(Column.EVENT_LOOP));
      Samples nativeCall = new Samples();
      Samples nativeVector = new Samples();
      for (int round = -options.warmUp(); round < options.rounds(); round++) {
        options.sayRound(round);
        boolean counts = round >= 0;
        sample(counts, floor, 3_000, echo.timed());
        sample(counts, huge, Workload.huge().operations(), hugeTimed);
        sample(counts, nativeCall, 100_000, Workload.repeating(sides.pyTorch().nothing()));
        sample(counts, nativeVector, 20_000, Workload.repeating(PyTorchSide.vector()));
        for (Workload workload : workloads) {
          for (int i = 0; i < Column.values().length; i++) {
            Column column = Column.values()[Math.floorMod(round + i, Column.values().length)];
            sample(
                counts,
                of(of(micros, workload), column),
                workload.operations(),
                of(of(timed, workload), column));
          }
        }
      }
      options.publish(
          report(micros, floor, huge, nativeCall, nativeVector, loadBefore),
          figures(micros, floor, huge));
    }
  }

  private static Comparison figures(
      Map<Workload, Map<Column, Samples>> micros, Samples floor, Samples huge) {
    Comparison figures = new Comparison();
    micros.forEach(
        (workload, columns) -> {
          Samples pyTorch = of(columns, Column.PYTORCH);
          Samples muster = of(columns, Column.EVENT_LOOP);
          figures.add(workload.name() + ", µs", pyTorch, muster);
          if (workload.name().equals("get, 32 B")) {
            figures.add("get, 32 B, to a bare echo", pyTorch.over(floor), muster.over(floor));
          }
        });
    figures.add(Workload.huge().name() + ", µs", new Samples(), huge);
    return figures;
  }

  private void sample(boolean counts, Samples samples, int operations, Workload.Timed timed) {
    int scaled = options.scaled(operations);
    double micros = timed.nanos(scaled) / 1e3 / scaled;
    if (counts) {
      samples.add(micros);
    }
  }

  private String report(
      Map<Workload, Map<Column, Samples>> micros,
      Samples floor,
      Samples huge,
      Samples nativeCall,
      Samples nativeVector,
      String loadBefore)
      throws IOException {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            """
        # Benchmarks of stores

        Muster's store beside PyTorch's, measured in one run. Written by
        `bench/run side-by-side --write FILE`; before it, `taskset -c 0` pins all processes to a core.

        %s
        The load average was %s before the run and %s after it, of which the run itself makes up to 2.

        Three servers, each a process of its own: PyTorch's C++ server on libuv (of
        `org.bytedeco:pytorch`, 2.10), Muster's event loop, and Muster's threads. One more process has
        all clients: PyTorch's C++ client of PyTorch's server, and Muster's of Muster's. Clients connect
        before the clock runs, so that no look-up of names counts.

        %d rounds follow %d of warm-up. A round does each workload on each side in turn; each round
        begins with another side. Figures are microseconds an operation: the median of the rounds, with
        the least and the greatest in brackets. A ratio is taken within each round, Muster's time divided
        by PyTorch's: below 1 Muster is faster. Shown is the median of the ratios, which is not the ratio
        of the medians. A round trip takes two to three times as long when the scheduler has put its two
        ends on different cores, and other programs take their share: the brackets show it.

        PyTorch's client is called from Java. Its keys, values and results are native objects, made
        beforehand or freed at once and never copied to Java, while Muster's time includes the byte
        arrays it returns. On PyTorch's side are a native call, %s µs if it does nothing, and
        for a result a native vector made and freed, %s µs. In `multiSet` and `multiGet`
        the binding also copies the values once.

        The floor under every operation with an answer: 64 bytes to and fro on a bare blocking socket
        between two Java processes take %s µs.

        A value of 64 MiB, for which a server of PyTorch has no room and Muster's was told to have it,
        set and read again takes %s µs: %.1f GB/s, 10^9 bytes a second.

        | operation | PyTorch, µs | Muster, µs | ratio | Muster on threads, µs | ratio |
        |---|---:|---:|---:|---:|---:|
        """,
            Machine.describe(),
            loadBefore,
            Machine.load(),
            options.rounds(),
            options.warmUp(),
            nativeCall,
            nativeVector,
            floor,
            huge,
            2 * Workload.HUGE / 1e3 / huge.median()));
    micros.forEach(
        (workload, columns) -> {
          Samples pyTorch = of(columns, Column.PYTORCH);
          Samples eventLoop = of(columns, Column.EVENT_LOOP);
          Samples threaded = of(columns, Column.THREADED);
          out.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %s | %s | **%s** | %s | %s |%n",
                  workload.name(),
                  pyTorch,
                  eventLoop,
                  eventLoop.over(pyTorch),
                  threaded,
                  threaded.over(pyTorch)));
        });
    return out.toString();
  }

  private static <K, V> V of(Map<K, V> map, K key) {
    V value = map.get(key);
    if (value == null) {
      throw new IllegalStateException("nothing for " + key);
    }
    return value;
  }

  /** The servers, and a client of each. */
  private static final class Sides implements AutoCloseable {
    private final Map<Column, ServerProcess> servers = new EnumMap<>(Column.class);
    private final Map<Column, Side> clients = new EnumMap<>(Column.class);

    Sides() throws IOException {
      try {
        for (Column column : Column.values()) {
          ServerProcess server = ServerProcess.start(column.server);
          servers.put(column, server);
          clients.put(column, column.client.apply(server.port()));
        }
      } catch (IOException | RuntimeException e) {
        close();
        throw e;
      }
    }

    Side of(Column column) {
      return SideBySide.of(clients, column);
    }

    PyTorchSide pyTorch() {
      return (PyTorchSide) of(Column.PYTORCH);
    }

    @Override
    public void close() {
      clients.values().forEach(Side::close);
      servers.values().forEach(ServerProcess::close);
    }
  }
}
