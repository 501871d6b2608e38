package io.muster.bench.scale;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.function.IntUnaryOperator;
import java.util.function.ToLongBiFunction;

/** What a start of many ranks costs one server, in words and tables. */
public final class ScaleReport {
  private static final String MUSTER = "MUSTER";
  private static final String PYTORCH = "PYTORCH";
  private static final double USUAL_GIGABITS = 10;
  private static final int RANKS_OF_A_NODE = 8;
  private static final int RAISED_BACKLOG = 131_072;

  /** What Muster's server asks the kernel for, which gives no more than net.core.somaxconn. */
  private static final int ASKED_BACKLOG = 16_384;

  private final Measurements measurements;
  private final List<Integer> sizes;

  private ScaleReport(Measurements measurements, List<Integer> sizes) {
    this.measurements = measurements;
    this.sizes = sizes;
  }

  /**
   * Simulates and reports.
   *
   * @param measurements of both servers, with several numbers of clients
   * @param sizes how many ranks start
   */
  public static String of(Measurements measurements, List<Integer> sizes) {
    return new ScaleReport(measurements, sizes).text();
  }

  private String text() {
    return introduction()
        + checks()
        + starts()
        + limits()
        + relay()
        + mesh()
        + assumptions()
        + published();
  }

  private String introduction() {
    return String.format(
        Locale.ROOT,
        """
        # Scale

        What the start of up to %,d ranks costs one store server. No machine here has so many: the
        figures come from a simulation with costs that were measured. Written by
        `bench/run scale-simulation --write FILE`; the costs by `bench/run growth --figures FILE`.

        The costs were taken on: %s

        """,
        sizes.get(sizes.size() - 1),
        measurements.takenOn());
  }

  private String checks() {
    return """
        ## What was measured, simulated

        On the machine of the measurements the server has one core, and one thread on the other has all
        clients, so the clients' own processor time counts. The simulation is given what an operation
        takes of each thread's processor and has to find how long the whole takes. Cells are measured →
        simulated milliseconds, and the error.

        With the costs of the same number of clients, which checks how the two threads wait for each
        other:

        """
        + checks(size -> size)
        + """

        With the costs of the next smaller number, as the tables below go beyond what was measured. Each
        was measured of a new server; few clients of one whose code is not compiled yet cost more each
        than many:

        """
        + checks(this::nextSmaller)
        + """

        The simulation is short where a server is slow at first, as its costs are averages: it has to
        wait then for what the averages say it would not, and more SYNs find the accept queue full, each
        of which costs a whole second. Whatever else ran on the machine is not in it either.

        """;
  }

  private String checks(IntUnaryOperator sizeOfCosts) {
    StringBuilder table =
        new StringBuilder(
            "| server | clients | join | wake | barrier |\n|---|---:|---:|---:|---:|\n");
    for (String side : List.of(PYTORCH, MUSTER)) {
      for (int clients : measurements.sizes(side)) {
        int costsOf = sizeOfCosts.applyAsInt(clients);
        if (costsOf > 0) {
          Costs costs = Costs.measured(measurements, side, costsOf);
          table.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %,d | %s | %s | %s |%n",
                  spoken(side),
                  clients,
                  check(side, clients, Phase.JOIN, costs, Rehearsal::join),
                  check(side, clients, Phase.WAKE, costs, Rehearsal::wake),
                  check(side, clients, Phase.BARRIER, costs, Rehearsal::barrier)));
        }
      }
    }
    return table.toString();
  }

  private String check(
      String side,
      int clients,
      Phase phase,
      Costs costs,
      ToLongBiFunction<Costs, Integer> simulation) {
    OptionalDouble measured = measurements.find(side, clients, phase.elapsed());
    double simulated = simulation.applyAsLong(costs, clients) / 1e6;
    return measured.isEmpty()
        ? "– → " + number(simulated)
        : String.format(
            Locale.ROOT,
            "%s → %s, %+.0f %%",
            number(measured.getAsDouble()),
            number(simulated),
            (simulated / measured.getAsDouble() - 1) * 100);
  }

  /** The next smaller number of clients that was measured, or 0. */
  private int nextSmaller(int clients) {
    SortedSet<Integer> smaller = measurements.sizes(MUSTER).headSet(clients);
    return smaller.isEmpty() ? 0 : smaller.last();
  }

  private Costs largest(String side) {
    return Costs.measured(measurements, side, measurements.sizes(side).last());
  }

  private String starts() {
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                """
            ## A start

            Each rank connects, validates, pings, adds one to the counter of workers, sets its address,
            waits for and gets the address of the next rank and that of the first, and passes two barriers
            (add, wait; the last sets). The costs are those of the largest number of clients measured.
            Over how many seconds the ranks' processes come up is given, evenly; the time is until the last
            rank is through, so that a server that keeps up needs little more than that.

            %s
            """,
                head()));
    for (String side : List.of(MUSTER, PYTORCH)) {
      for (int ranks : sizes) {
        for (double over : List.of(0.0, 30.0)) {
          for (double gigabits : side.equals(MUSTER) ? List.of(10.0, 25.0) : List.of(10.0)) {
            text.append(row(side, new Cluster(ranks, 1, gigabits, over, Cluster.USUAL_BACKLOG)));
          }
        }
      }
    }
    return text.append('\n').toString();
  }

  private static String head() {
    return """
        | server | ranks | connections | over, s | link, Gbit/s | accept queue | time, s | SYNs dropped | requests | packets | in, MB | out, MB | thread, s | thread busy | link busy | memory, MiB | first limit |
        |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|\
        """;
  }

  private String row(String side, Cluster cluster) {
    Outcome outcome = Start.simulate(cluster, largest(side));
    return String.format(
        Locale.ROOT,
        "| %s | %,d | %,d | %.0f | %.0f | %,d | %s | %,d | %,d | %,d | %s | %s | %s | %.0f %% |"
            + " %.1f %% | %s | %s |%n",
        spoken(side),
        cluster.ranks(),
        outcome.connections(),
        cluster.overSeconds(),
        cluster.gigabits(),
        cluster.backlog(),
        number(outcome.nanos() / 1e9),
        outcome.droppedSyns(),
        outcome.requests(),
        outcome.packets(),
        number(outcome.bytesIn() / 1e6),
        number(outcome.bytesOut() / 1e6),
        number(outcome.threadBusy() / 1e9),
        outcome.threadShare() * 100,
        outcome.linkShare() * 100,
        number(outcome.memory() / 1048576.0),
        outcome.limit());
  }

  private String limits() {
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                """
            ## Where the limits are

            - **The accept queue is first** if all come at once. A SYN that finds it full is dropped, with SYN
              cookies or without (they help when the queue of half-open connections is full, which a short
              way through the network empties at once). The client's kernel tries again a second later, five
              times, then after 2, 4 … seconds; those that were dropped together come back together. The queue
              is no longer than `net.core.somaxconn`, 4,096 unless raised; Muster's server asks for %,d,
              PyTorch's for whatever that is.
            - **The server's thread is next**: what it needs is in the table, and a start that takes longer
              than that anyway is not delayed by it.
            - The link carries little: short messages, of which headers are the most.
            - Files: a connection is one. The limit of a process (`ulimit -n`) is often 1,024 for programs
              that do not ask for more and 524,288 or 1,048,576 at most, to which a JVM raises it by
              itself. %,d connections have to fit.
            - Ports: each client address has its own, so that the server has no limit there.
            - Memory: see the table; the kernel has some KiB more for each connection, which are not in it.

            With room for all in the accept queue (`net.core.somaxconn` and the server's backlog raised):

            %s
            """,
                ASKED_BACKLOG,
                sizes.get(sizes.size() - 1),
                head()));
    for (String side : List.of(MUSTER, PYTORCH)) {
      for (int ranks : sizes) {
        for (int backlog :
            side.equals(MUSTER)
                ? List.of(ASKED_BACKLOG, RAISED_BACKLOG)
                : List.of(RAISED_BACKLOG)) {
          text.append(row(side, new Cluster(ranks, 1, USUAL_GIGABITS, 0, backlog)));
        }
      }
    }
    return text.append('\n').toString();
  }

  private String relay() {
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                """
            ## A relay on each node

            A process on each node could have one connection for the node's %d ranks. There is none yet;
            this is what it would change. It answers the handshake itself, and

            - **merges adds** of one key that come together: one add of their sum, whose answer tells each
              rank its own number, as if they had come one after the other;
            - **merges waits** for one key, and answers each rank when the one wait is answered;
            - **merges gets** of one key that all came before the one request is sent; a later one needs
              another, since the value may have changed;
            - **packs** sets, and gets of different keys, into one message: fewer packets and reads, but the
              server has to do each;
            - **cannot merge** compare-and-set, deletes, and pushes to queues and pops: each has an effect or
              an answer of its own.

            The tables below take the ranks of a node to come together, so that what can be merged is.

            %s
            """,
                RANKS_OF_A_NODE,
                head()));
    for (int ranks : sizes) {
      for (double over : List.of(0.0, 30.0)) {
        text.append(
            row(
                MUSTER,
                new Cluster(ranks, RANKS_OF_A_NODE, USUAL_GIGABITS, over, Cluster.USUAL_BACKLOG)));
      }
    }
    return text.append('\n').toString();
  }

  private String mesh() {
    StringBuilder text =
        new StringBuilder(
            """
            ## All ranks connected with all

            Gloo's ranks, unless told to connect when first needed (`TORCH_GLOO_LAZY_INIT=1`), get the
            addresses of all: two waits and a get for each, and each address names a pair for every rank, 8
            bytes each. With `GLOO_ENABLE_RANK_AS_SEQUENCE_NUMBER=1` it does not. This is counted, with costs
            of short values; a thread that copies long ones needs more.

            | ranks | addresses | relay | requests | thread, s | out, GB | 10 Gbit/s, s | 25 Gbit/s, s |
            |---:|---|---|---:|---:|---:|---:|---:|
            """);
    Costs costs = largest(MUSTER);
    for (int ranks : sizes) {
      for (boolean named : List.of(true, false)) {
        for (int readers : List.of(ranks, ranks / RANKS_OF_A_NODE)) {
          FullMesh mesh =
              new FullMesh(ranks, readers, named ? Sizes.addressWithPairs(ranks) : Sizes.ADDRESS);
          text.append(
              String.format(
                  Locale.ROOT,
                  "| %,d | %s | %s | %,d | %s | %s | %s | %s |%n",
                  ranks,
                  named ? "with pairs" : "without",
                  readers == ranks ? "no" : "yes",
                  mesh.requests(),
                  number(mesh.threadSeconds(costs)),
                  number(mesh.bytesOut() / 1e9),
                  number(mesh.linkSeconds(10)),
                  number(mesh.linkSeconds(25))));
        }
      }
    }
    return text.append('\n').toString();
  }

  private String assumptions() {
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                """
            ## Assumptions

            - The server has one thread, which does what comes in the order in which it comes.
            - A cost is processor time of that thread in the measurements, on loopback, where the sender's
              thread does most of the kernel's work for both ends. Interrupts of a network card are not in it.
            - What a join takes besides its add is half for accepting, half for the first message.
            - A wait in its own message costs what an add does. A set comes with the request after it.
            - From host to host it takes %d µs. Only the server's link can be full.
            - Each packet has %d bytes besides its payload: IP and TCP with time stamps 52, Ethernet 18, gap
              and preamble 20. Each with a payload is acknowledged by one of its own; none is lost but SYNs
              that find the accept queue full. They are sent again as Linux 6.5 and later do: five times after
              a second each, then after 2, 4, … 64 s; before 6.5 the second time is after 2 s already.
              PyTorch's clients give up after 300 s unless told otherwise; these do not.
            - Ranks have a core each, which needs for a request what it needs in the measurements. With many
              clients of one address that includes its kernel's search for a free port, which ranks on hosts
              of their own do not have; it delays nobody else here.
            - Names of addresses, which PyTorch's server looks up, are found at once.

            What an operation takes of the server's thread, in µs:

            | server |\
            """,
                Cluster.LATENCY_NANOS / 1_000,
                Network.HEADER_BYTES));
    for (Operation operation : Operation.values()) {
      text.append(' ')
          .append(operation.name().toLowerCase(Locale.ROOT).replace('_', ' '))
          .append(" |");
    }
    text.append(" bytes of a connection |\n|---|");
    text.append("---:|".repeat(Operation.values().length + 1)).append('\n');
    for (String side : List.of(MUSTER, PYTORCH)) {
      Costs costs = largest(side);
      text.append("| ").append(spoken(side)).append(" |");
      for (Operation operation : Operation.values()) {
        text.append(String.format(Locale.ROOT, " %.2f |", costs.of(operation) / 1e3));
      }
      text.append(String.format(Locale.ROOT, " %,d |%n", costs.connectionBytes()));
    }
    return text.append('\n').toString();
  }

  private static String published() {
    return """
        ## What others have published

        - PyTorch's tutorial on its libuv server (pytorch/tutorials,
          `intermediate_source/TCPStore_libuv_backend.rst`): with 98,304 ranks the store was ready after
          about 100 seconds; its older server was not after 30 minutes.
        - pytorch/pytorch pull request 129261: 4,000 clients in 1.98 s once a failed connect is tried again
          with exponential backoff; it names resets from a full accept queue as the reason.
        - pytorch/pytorch pull request 124982: 4,000 hosts of torchelastic in as little as 10 s instead
          of 373, by a number of requests that grows with the hosts and not with their square.

        Those are whole programs on real clusters, so that they have to be longer than what is simulated
        here for the server alone.
        """;
  }

  private static String spoken(String side) {
    return side.equals(MUSTER) ? "Muster" : "PyTorch";
  }

  private static String number(double number) {
    int decimals = number < 10 ? 2 : number < 100 ? 1 : 0;
    return String.format(Locale.ROOT, "%,." + decimals + "f", number);
  }
}
