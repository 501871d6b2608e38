package io.muster.bench.scale;

import java.util.List;
import java.util.stream.Stream;

/**
 * A start of many ranks with one server, simulated.
 *
 * <p>Each rank joins, sets its address, waits for and gets that of the next rank and that of the
 * first, and passes two barriers. A relay does that for the ranks of its node in one: it joins
 * once, adds what they add together, sends their sets in one message, asks once for what they all
 * want and for each of what only one wants.
 */
final class Start {
  private static final int BARRIERS = 2;
  private static final long NANOS = 1_000_000_000L;

  private final Events events = new Events();
  private final Network network;
  private final Server server;
  private final Cluster cluster;
  private final Costs costs;
  private final List<Server.Key> addresses;
  private final List<Barrier> barriers;
  private int started;
  private long end;

  private Start(Cluster cluster, Costs costs) {
    this.cluster = cluster;
    this.costs = costs;
    network = new Network(Cluster.LATENCY_NANOS, cluster.gigabits());
    server = new Server(events, network, costs, cluster.backlog());
    addresses = Stream.generate(Server.Key::new).limit(cluster.connections()).toList();
    barriers = Stream.generate(Barrier::new).limit(BARRIERS).toList();
  }

  /** All come, the last of them opens it. */
  private static final class Barrier {
    private final Server.Key open = new Server.Key();
    private int arrived;
  }

  static Outcome simulate(Cluster cluster, Costs costs) {
    return new Start(cluster, costs).run();
  }

  private Outcome run() {
    int connections = cluster.connections();
    for (int i = 0; i < connections; i++) {
      int index = i;
      int ranks =
          Math.min(
              cluster.ranksPerConnection(), cluster.ranks() - i * cluster.ranksPerConnection());
      Client client = new Client(events, server, Processor.OWN, costs);
      long begin = Math.round(cluster.overSeconds() * NANOS * i / connections);
      events.at(begin, () -> client.join(() -> {}, () -> publish(client, index, ranks)));
    }
    events.run();
    return new Outcome(
        end,
        started,
        server.connections(),
        server.done(),
        network.packets(),
        network.bytesIn(),
        network.bytesOut(),
        server.busy(),
        network.busy(),
        server.connections() * costs.connectionBytes(),
        server.mostUnaccepted(),
        server.dropped());
  }

  /** Sets the addresses of a connection's ranks, and gets those that follow each. */
  private void publish(Client client, int index, int ranks) {
    Server.Key next = addresses.get((index + 1) % addresses.size());
    client.ask(
        ranks * Sizes.set(Sizes.ADDRESS) + Sizes.await(),
        List.of(new Work(Operation.SET, ranks), new Work(Operation.WAIT, 1)),
        () -> {
          server.set(addresses.get(index));
          client.answerWhenSet(next, () -> get(client, ranks, () -> getFirst(client, ranks)));
        });
  }

  private void getFirst(Client client, int ranks) {
    client.await(
        Sizes.await(),
        List.of(new Work(Operation.WAIT, 1)),
        addresses.get(0),
        () -> get(client, 1, () -> pass(client, ranks, 0)));
  }

  private static void get(Client client, int keys, Runnable next) {
    client.ask(
        Sizes.get(keys),
        List.of(new Work(Operation.GET, keys)),
        Sizes.values(keys, Sizes.ADDRESS),
        next);
  }

  /** Passes the barriers that are left. */
  private void pass(Client client, int ranks, int index) {
    if (index == barriers.size()) {
      started += ranks;
      end = events.now();
      return;
    }
    Barrier barrier = barriers.get(index);
    Runnable await =
        () ->
            client.await(
                Sizes.await(),
                List.of(new Work(Operation.WAIT, 1)),
                barrier.open,
                () -> pass(client, ranks, index + 1));
    client.ask(
        Sizes.add(Sizes.KEY),
        List.of(new Work(Operation.ADD, 1)),
        Sizes.NUMBER,
        () -> {
          barrier.arrived += ranks;
          if (barrier.arrived == cluster.ranks()) {
            client.ask(
                Sizes.set(1), List.of(new Work(Operation.SET, 1)), () -> server.set(barrier.open));
          }
          await.run();
        });
  }
}
