package io.muster.bench.scale;

import java.util.List;

/**
 * What was measured, simulated: the server has one processor, and one thread on another has all
 * clients. A figure is nanoseconds from the first request to the last answer.
 */
final class Rehearsal {
  private static final long LOOPBACK_LATENCY_NANOS = 10_000;
  private static final double LOOPBACK_GIGABITS = 100;

  private final Events events = new Events();
  private final Station clientsThread = new Station();
  private final Server server;
  private final Costs costs;
  private final int clients;
  private int answered;
  private long lastAnswer;

  private Rehearsal(Costs costs, int clients) {
    this.costs = costs;
    this.clients = clients;
    Network loopback = new Network(LOOPBACK_LATENCY_NANOS, LOOPBACK_GIGABITS);
    server = new Server(events, loopback, costs, Cluster.USUAL_BACKLOG);
  }

  /** All join at once. */
  static long join(Costs costs, int clients) {
    Rehearsal rehearsal = new Rehearsal(costs, clients);
    rehearsal.joinFrom(0);
    return rehearsal.run();
  }

  /** The thread connects one after the other, and in between serves those who have an answer. */
  private void joinFrom(int index) {
    if (index < clients) {
      client().join(() -> joinFrom(index + 1), this::answered);
    }
  }

  /** One sets what all wait for. */
  static long wake(Costs costs, int clients) {
    Rehearsal rehearsal = new Rehearsal(costs, clients);
    Server.Key key = new Server.Key();
    for (int i = 0; i < clients; i++) {
      rehearsal.client().answerWhenSet(key, rehearsal::answered);
    }
    rehearsal.set(key);
    return rehearsal.run();
  }

  /** All add one and wait for what is set when the last has its answer. */
  static long barrier(Costs costs, int clients) {
    Rehearsal rehearsal = new Rehearsal(costs, clients);
    rehearsal.barrier();
    return rehearsal.run();
  }

  private void barrier() {
    Server.Key key = new Server.Key();
    int[] arrived = {0};
    Runnable atAnswer =
        () -> {
          if (++arrived[0] == clients) {
            set(key);
          }
        };
    for (int i = 0; i < clients; i++) {
      Client client = client();
      client.ask(
          Sizes.add(Sizes.KEY) + Sizes.await(),
          List.of(new Work(Operation.ADD_AND_WAIT, 1)),
          Sizes.NUMBER,
          atAnswer);
      client.answerWhenSet(key, this::answered);
    }
  }

  private void set(Server.Key key) {
    client().ask(Sizes.set(1), List.of(new Work(Operation.SET, 1)), () -> server.set(key));
  }

  private Client client() {
    return new Client(events, server, clientsThread, costs);
  }

  private void answered() {
    answered++;
    lastAnswer = events.now();
  }

  private long run() {
    events.run();
    if (answered != clients) {
      throw new IllegalStateException(answered + " of " + clients + " clients were answered");
    }
    return lastAnswer;
  }
}
