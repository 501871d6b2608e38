package io.muster.bench.crowd;

import io.muster.bench.CorePinning;
import io.muster.bench.ServerProcess;
import io.muster.bench.Text;
import io.muster.fixtures.Bystander;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a crowd of clients does to a server; each returns its figures by their names. */
public final class CrowdWork {
  private static final int ADD_REPLY_BYTES = 8;
  private static final int WAIT_REPLY_BYTES = 1;
  private static final int PING_REPLY_BYTES = 4;
  private static final int BARRIERS = 20;
  private static final int WAITS_EACH = 20;
  private static final int VALUE_BYTES = 100;
  private static final int RUNS_OF_CALLS = 5;
  private static final int JOINING_AT_ONCE = 1_000;
  private static final int EARLIER_CROWDS = 5;
  private static final int EARLIER_CLIENTS = 300;
  private static final int FILES_OF_ITS_OWN = 10;

  /** PyTorch's server takes its time when clients disconnect. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final byte[] SIGN = {1};

  private CrowdWork() {}

  /** Does the work once. */
  interface Work {
    Map<String, Double> on(ServerProcess server, int clients, int round)
        throws IOException, InterruptedException;
  }

  /**
   * All clients add, each again as soon as it has its answer.
   *
   * @param operations the number of adds of all clients together
   */
  static Map<String, Double> loop(ServerProcess server, int clients, int operations)
      throws IOException {
    try (Crowd crowd = new Crowd(server.port())) {
      long unusedJoined = crowd.join(clients);
      Message add = Message.of(request -> request.add(Message.bytes("looped"), 1));
      long unusedWarm = crowd.loop(add, ADD_REPLY_BYTES, operations / 4);
      long cpu = server.cpuNanos();
      double nanos = crowd.loop(add, ADD_REPLY_BYTES, operations);
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put(Text.format("closed loop of %,d: add, µs", clients), nanos / 1e3 / operations);
      figures.put(
          Text.format("closed loop of %,d: server's CPU time per add, µs", clients),
          (server.cpuNanos() - cpu) / 1e3 / operations);
      return figures;
    }
  }

  /** All connect, validate, ping and add one to the counter of workers, at once. */
  static Map<String, Double> join(ServerProcess server, int clients, int round) throws IOException {
    return join(server, clients, "");
  }

  /** The same where a server that looks up names gets no answer. */
  static Map<String, Double> joinWithoutNames(ServerProcess server, int clients, int round)
      throws IOException {
    return join(server, clients, ", no DNS server answers");
  }

  private static Map<String, Double> join(ServerProcess server, int clients, String circumstances)
      throws IOException {
    try (Crowd crowd = new Crowd(server.port())) {
      return Map.of(
          Text.format("join of %,d%s, ms", clients, circumstances), crowd.join(clients) / 1e6);
    }
  }

  /** All wait for one key, which another client sets. */
  static Map<String, Double> wake(ServerProcess server, int clients, int round) throws IOException {
    try (Crowd crowd = new Crowd(server.port());
        Caller caller = new Caller(server.port())) {
      long unusedJoined = crowd.join(clients);
      byte[] key = Message.bytes("woken/" + clients + "/" + round);
      long unusedWaiting = awaitAll(crowd, caller, key);
      return Map.of(
          Text.format("wake of %,d by one set, ms", clients), wakeAll(crowd, caller, key) / 1e6);
    }
  }

  /**
   * Lets all clients add one and wait for a key. Blocks until the server has registered all waits.
   *
   * @return nanoseconds until the last client has the answer to its add
   */
  public static long awaitAll(Crowd crowd, Caller caller, byte[] key) throws IOException {
    long nanos = crowd.exchange(addAndWait(List.of(key)), ADD_REPLY_BYTES);
    crowd.expect(WAIT_REPLY_BYTES);
    long unusedPing = caller.call(Message.of(request -> request.ping(1)), PING_REPLY_BYTES);
    return nanos;
  }

  private static Message addAndWait(List<byte[]> keys) throws IOException {
    return Message.of(
        request -> {
          request.add(Message.bytes("arrived"), 1);
          request.await(keys);
        });
  }

  /**
   * Sets the key that all clients wait for. Blocks until all have woken.
   *
   * @return nanoseconds until the last client has woken
   */
  public static long wakeAll(Crowd crowd, Caller caller, byte[] key) throws IOException {
    long start = System.nanoTime();
    caller.send(Message.of(request -> request.set(key, SIGN)));
    crowd.awaitReplies();
    return System.nanoTime() - start;
  }

  /** All add one and wait for what is set when the last has; again and again. */
  static Map<String, Double> barrier(ServerProcess server, int clients, int round)
      throws IOException {
    try (Crowd crowd = new Crowd(server.port());
        Caller caller = new Caller(server.port())) {
      long unusedJoined = crowd.join(clients);
      double nanos = barriers(crowd, caller, clients + "/" + round, BARRIERS);
      return Map.of(Text.format("barrier of %,d, ms", clients), nanos / 1e6 / BARRIERS);
    }
  }

  /**
   * Lets the crowd pass {@code barriers} barriers.
   *
   * @param name tells them from others on this server
   * @return nanoseconds for all of them
   */
  public static long barriers(Crowd crowd, Caller caller, String name, int barriers)
      throws IOException {
    long start = System.nanoTime();
    for (int i = 0; i < barriers; i++) {
      byte[] key = Message.bytes("barrier/" + name + "/" + i);
      long unusedWaiting = awaitAll(crowd, caller, key);
      long unusedWoken = wakeAll(crowd, caller, key);
    }
    return System.nanoTime() - start;
  }

  /** All wait for many keys of their own, and disconnect at once. */
  static Map<String, Double> leave(ServerProcess server, int clients, int round)
      throws IOException, InterruptedException {
    int filesBefore = server.openFiles();
    try (Crowd crowd = new Crowd(server.port());
        Bystander bystander = Bystander.of(server.port(), PATIENCE)) {
      long unusedJoined = crowd.join(clients);
      List<Message> waits = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        List<byte[]> keys = new ArrayList<>();
        for (int j = 0; j < WAITS_EACH; j++) {
          keys.add(Message.bytes("left/" + i + "/" + j));
        }
        waits.add(addAndWait(keys));
      }
      crowd.expect(ADD_REPLY_BYTES);
      crowd.send(waits::get);
      crowd.awaitReplies();
      bystander.forgetPauses();
      crowd.leave();
      awaitFewFiles(server, filesBefore);
      return Map.of(
          Text.format("%,d leave with 20 waits each: longest pause of another, ms", clients),
          millis(bystander.longestPause()));
    }
  }

  /**
   * Blocks until the server has as few files open as before, and some for itself. This polls:
   * clients that have closed their sockets cannot see when the server closes its own.
   *
   * @throws IOException if it still has more after five minutes
   */
  private static void awaitFewFiles(ServerProcess server, int before)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (server.openFiles() > before + FILES_OF_ITS_OWN) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("the server has " + server.openFiles() + " files open");
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /**
   * All are connected and do nothing. A few have been there before, since what is measured is what
   * clients take, and not what it takes to make a server run. The add without the clients is the
   * one after they have left.
   *
   * @param calls the number of adds per time that is taken
   */
  static Map<String, Double> idle(ServerProcess server, int clients, int calls)
      throws IOException, InterruptedException {
    int filesBefore = server.openFiles();
    try (Crowd crowd = new Crowd(server.port());
        Caller caller = new Caller(server.port())) {
      for (int i = 0; i < EARLIER_CROWDS; i++) {
        long unusedJoined = crowd.join(Math.min(EARLIER_CLIENTS, clients));
        crowd.leave();
        awaitFewFiles(server, filesBefore);
      }
      double unusedWarm = addMicros(caller, calls);
      long empty = server.residentBytes();
      for (int joined = 0; joined < clients; joined = crowd.size()) {
        long unusedJoined = crowd.join(Math.min(JOINING_AT_ONCE, clients - joined));
      }
      long full = server.residentBytes();
      double beside;
      double alone;
      CorePinning pinning = new CorePinning(server.pid());
      try {
        beside = addMicros(caller, calls);
        crowd.leave();
        awaitFewFiles(server, filesBefore);
        alone = addMicros(caller, calls);
      } finally {
        pinning.close();
      }
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put(Text.format("%,d idle: memory of the server, MiB", clients), full / 1048576.0);
      figures.put(
          Text.format("%,d idle: memory of each, KiB", clients), (full - empty) / 1024.0 / clients);
      figures.put(
          Text.format("%,d idle: add of another client, to that without them", clients),
          beside / alone);
      return figures;
    }
  }

  private static double addMicros(Caller caller, int calls) throws IOException {
    Message add = Message.of(request -> request.add(Message.bytes("alone"), 1));
    long best = Long.MAX_VALUE;
    // The minimum of several runs: other programs can only lengthen one.
    for (int i = 0; i < RUNS_OF_CALLS; i++) {
      long start = System.nanoTime();
      for (int j = 0; j < calls; j++) {
        long unusedNanos = caller.call(add, ADD_REPLY_BYTES);
      }
      best = Math.min(best, System.nanoTime() - start);
    }
    return best / 1e3 / calls;
  }

  /** One client sets many keys, another lists them all. */
  static Map<String, Double> keys(ServerProcess server, int keys, int round)
      throws IOException, InterruptedException {
    try (Caller caller = new Caller(server.port());
        Bystander bystander = Bystander.of(server.port(), PATIENCE)) {
      byte[] value = new byte[VALUE_BYTES];
      long listed = 8;
      for (int i = 0; i < keys; i++) {
        byte[] key = Message.bytes("key/" + i);
        caller.send(Message.of(request -> request.set(key, value)));
        listed += 8 + key.length;
      }
      for (String key : Bystander.KEYS) {
        listed += 8 + Message.bytes(key).length;
      }
      long unusedPing = caller.call(Message.of(request -> request.ping(1)), PING_REPLY_BYTES);
      double memory = server.residentBytes() / 1048576.0;
      bystander.forgetPauses();
      double nanos = caller.call(Message.of(request -> request.listKeys()), listed);
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put(Text.format("%,d keys of 100 B: memory of the server, MiB", keys), memory);
      figures.put(Text.format("%,d keys: listKeys, ms", keys), nanos / 1e6);
      figures.put(
          Text.format("%,d keys: longest pause of another while they are listed, ms", keys),
          millis(bystander.longestPause()));
      return figures;
    }
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }
}
