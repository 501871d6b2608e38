package io.muster.bench.scale;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A store's server with one thread, which does what comes in the order in which it comes: accepts,
 * requests and the answers to waits.
 *
 * <p>A SYN that comes when the accept queue is full is dropped, as Linux does whether or not it
 * sends SYN cookies. Linux sends it again as 6.5 and later do: five times after a second each, then
 * after 2, 4 … seconds, at most 64.
 */
final class Server {
  private static final long RETRY_NANOS = 1_000_000_000L;
  private static final int RETRIES_BEFORE_DOUBLING = 5;
  private static final int DOUBLINGS = 6;

  private final Events events;
  private final Network network;
  private final Costs costs;
  private final int backlog;
  private final Station thread = new Station();
  private final Map<Operation, Long> done = new EnumMap<>(Operation.class);
  private int unaccepted;
  private int mostUnaccepted;
  private int connections;
  private long dropped;

  Server(Events events, Network network, Costs costs, int backlog) {
    this.events = events;
    this.network = network;
    this.costs = costs;
    this.backlog = backlog;
  }

  /** A key that is waited for until it is set. */
  static final class Key {
    private boolean set;
    private List<Runnable> waiting = new ArrayList<>();
  }

  /** Lets a client connect now. */
  void connect(Runnable connected) {
    connect(connected, 0);
  }

  private void connect(Runnable connected, int retries) {
    long syn = network.toServer(events.now(), 0);
    events.at(
        syn,
        () -> {
          if (unaccepted >= backlog) {
            dropped++;
            events.at(events.now() + patience(retries), () -> connect(connected, retries + 1));
            return;
          }
          unaccepted++;
          mostUnaccepted = Math.max(mostUnaccepted, unaccepted);
          work(
              List.of(new Work(Operation.ACCEPT, 1)),
              () -> {
                unaccepted--;
                connections++;
              });
          events.at(network.toClient(events.now(), 0), () -> connectedAt(connected));
        });
  }

  /** How long a client's kernel waits for an answer to a SYN that it has sent again so often. */
  private static long patience(int retries) {
    int doublings = Math.max(0, retries + 1 - RETRIES_BEFORE_DOUBLING);
    return RETRY_NANOS << Math.min(doublings, DOUBLINGS);
  }

  private void connectedAt(Runnable connected) {
    // The third packet of the handshake travels with nobody waiting for it.
    long unused = network.toServer(events.now(), 0);
    connected.run();
  }

  /** Lets a client send now so many bytes that ask for some work; then something happens here. */
  void request(long bytes, List<Work> work, Runnable done) {
    events.at(network.toServer(events.now(), bytes), () -> work(work, done));
  }

  /** Sends an answer now. */
  void answer(long bytes, Runnable answer) {
    events.at(network.toClient(events.now(), bytes), answer);
  }

  private void work(List<Work> work, Runnable afterwards) {
    long nanos = 0;
    for (Work part : work) {
      done.merge(part.operation(), (long) part.times(), Long::sum);
      nanos += part.times() * costs.of(part.operation());
    }
    events.at(thread.work(events.now(), nanos), afterwards);
  }

  /** Answers when a key is set. */
  void await(Key key, long bytes, Runnable answer) {
    if (key.set) {
      answer(bytes, answer);
    } else {
      key.waiting.add(
          () -> work(List.of(new Work(Operation.WAKE, 1)), () -> answer(bytes, answer)));
    }
  }

  /** Sets a key now, and answers those who wait, one after the other. */
  void set(Key key) {
    key.set = true;
    List<Runnable> woken = key.waiting;
    key.waiting = new ArrayList<>();
    woken.forEach(Runnable::run);
  }

  /** Nanoseconds for which its thread had work. */
  long busy() {
    return thread.busy();
  }

  /** How often it did what. */
  Map<Operation, Long> done() {
    return Map.copyOf(done);
  }

  int connections() {
    return connections;
  }

  int mostUnaccepted() {
    return mostUnaccepted;
  }

  long dropped() {
    return dropped;
  }
}
