package io.muster.bench.growth;

import io.muster.bench.ServerProcess;
import io.muster.bench.ThreadTimes;
import io.muster.bench.crowd.Caller;
import io.muster.bench.crowd.Crowd;
import io.muster.bench.crowd.CrowdWork;
import io.muster.bench.crowd.Message;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a crowd does to a server, one phase after the other, and what each phase takes. */
final class GrowthWork {
  /** As long as the address of a Gloo rank. */
  private static final byte[] VALUE = new byte[162];

  private static final int ADD_REPLY_BYTES = 8;
  private static final int GET_REPLY_BYTES = 8 + VALUE.length;
  private static final int WARM_CLIENTS = 300;
  private static final int WARM_JOINS = 20;
  private static final int BARRIERS = 5;
  private static final int SETTLING_MILLIS = 20;

  private final ServerProcess server;
  private final String name;
  private final int clients;
  private final int settlingMillis;
  private final Map<String, Double> figures = new LinkedHashMap<>();

  private GrowthWork(ServerProcess server, String name, int clients, int settlingMillis) {
    this.server = server;
    this.name = name;
    this.clients = clients;
    this.settlingMillis = settlingMillis;
  }

  /** What is timed; returns the nanoseconds it took. */
  private interface Timed {
    long run() throws IOException;
  }

  /**
   * Warms up with a few clients, then measures {@code clients} clients.
   *
   * @param server a new server
   * @return the figures by name, among those of other numbers of clients
   */
  static Map<String, Double> on(ServerProcess server, int clients)
      throws IOException, InterruptedException {
    for (int i = 0; i < WARM_JOINS; i++) {
      new GrowthWork(server, "warm/" + i, Math.min(WARM_CLIENTS, clients), 0).run();
    }
    GrowthWork work = new GrowthWork(server, "measured", clients, SETTLING_MILLIS);
    work.run();
    return work.figures;
  }

  private void run() throws IOException, InterruptedException {
    try (Crowd crowd = new Crowd(server.port());
        Caller caller = new Caller(server.port())) {
      Message add = Message.of(request -> request.add(Message.bytes("added"), 1));
      Message get = Message.of(request -> request.get(Message.bytes("value")));
      Message setAndAdd =
          Message.of(
              request -> {
                request.set(Message.bytes("value"), VALUE);
                request.add(Message.bytes("added"), 1);
              });
      long empty = server.residentBytes();
      measure(Phase.JOIN, 1, () -> crowd.join(clients));
      put(Phase.MEMORY, (server.residentBytes() - empty) / 1048576.0);
      measure(Phase.ADD, 1, () -> crowd.exchange(add, ADD_REPLY_BYTES));
      measure(Phase.SET_AND_ADD, 1, () -> crowd.exchange(setAndAdd, ADD_REPLY_BYTES));
      measure(Phase.GET, 1, () -> crowd.exchange(get, GET_REPLY_BYTES));
      byte[] key = Message.bytes("woken/" + name);
      measure(Phase.ADD_AND_WAIT, 1, () -> CrowdWork.awaitAll(crowd, caller, key));
      measure(Phase.WAKE, 1, () -> CrowdWork.wakeAll(crowd, caller, key));
      measure(Phase.BARRIER, BARRIERS, () -> CrowdWork.barriers(crowd, caller, name, BARRIERS));
    }
  }

  private void measure(Phase phase, int times, Timed timed)
      throws IOException, InterruptedException {
    ThreadTimes before = server.threadTimes();
    double nanos = timed.run();
    // Linux counts a thread's time when it stops running, which is soon after the last answer.
    TimeUnit.MILLISECONDS.sleep(settlingMillis);
    double serving = server.threadTimes().busiestSince(before);
    put(phase.elapsed(), nanos / 1e6 / times);
    put(phase.serving(), serving / 1e3 / times / clients);
  }

  private void put(String name, double figure) {
    figures.put(Phase.with(clients, name), figure);
  }
}
