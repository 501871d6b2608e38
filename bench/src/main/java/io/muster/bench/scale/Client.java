package io.muster.bench.scale;

import java.util.List;

/** A client of a simulated server, on a processor that others may use too. */
final class Client {
  private static final int JOIN_STEPS = 4;

  private final Events events;
  private final Server server;
  private final Processor processor;
  private final Costs costs;

  Client(Events events, Server server, Processor processor, Costs costs) {
    this.events = events;
    this.server = server;
    this.processor = processor;
    this.costs = costs;
  }

  /**
   * Connects, validates, pings and adds one to the counter of workers.
   *
   * @param begun when the client has asked for a connection
   * @param joined when it has the answer to its add
   */
  void join(Runnable begun, Runnable joined) {
    // Its steps: to connect, to say hello, to add, and to read what the add answers.
    long step = costs.joining() / JOIN_STEPS;
    Runnable add =
        () ->
            server.request(
                Sizes.add(Sizes.WORKERS_KEY),
                List.of(new Work(Operation.ADD, 1)),
                () -> server.answer(Sizes.NUMBER, () -> work(step, joined)));
    Runnable hello =
        () ->
            server.request(
                Sizes.HELLO,
                List.of(new Work(Operation.HELLO, 1)),
                () -> server.answer(Sizes.PONG, () -> work(step, add)));
    work(
        step,
        () -> {
          server.connect(() -> work(step, hello));
          begun.run();
        });
  }

  /** Sends a request, and goes on when it has read its answer. */
  void ask(long bytes, List<Work> work, long answerBytes, Runnable next) {
    ask(bytes, work, () -> server.answer(answerBytes, () -> work(costs.asking() / 2, next)));
  }

  /** Sends a request of which something comes at the server. */
  void ask(long bytes, List<Work> work, Runnable atServer) {
    work(costs.asking() / 2, () -> server.request(bytes, work, atServer));
  }

  /** Sends a request that ends with a wait for a key, and goes on when it is set. */
  void await(long bytes, List<Work> work, Server.Key key, Runnable next) {
    ask(bytes, work, () -> answerWhenSet(key, next));
  }

  /** What the server does about this client's wait. */
  void answerWhenSet(Server.Key key, Runnable next) {
    server.await(key, Sizes.WOKEN, () -> work(costs.waking(), next));
  }

  private void work(long nanos, Runnable next) {
    events.at(processor.work(events.now(), nanos), next);
  }
}
