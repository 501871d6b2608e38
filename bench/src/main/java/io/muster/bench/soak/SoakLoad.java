package io.muster.bench.soak;

import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * All clients of a soak, and their shared state. Each client is a thread that runs until this is
 * closed. Its operations depend only on the seed and on how fast it is answered.
 */
final class SoakLoad implements AutoCloseable {
  private static final int WORKERS = 4;
  private static final int GUESTS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A client, which runs while {@link SoakLoad#goesOn}. An exception ends the soak. */
  interface Client {
    void run(SoakLoad load) throws Exception;
  }

  private final InetSocketAddress server;
  private final SoakProbe probe = new SoakProbe();
  private final LongAdder operations = new LongAdder();
  private final LongAdder visits = new LongAdder();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closing;

  private SoakLoad(int port) {
    this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  static SoakLoad start(int port, long seed) {
    SoakLoad load = new SoakLoad(port);
    Random seeds = new Random(seed);
    load.start("probe", load.probe);
    for (int i = 0; i < WORKERS; i++) {
      load.start("worker " + i, new SoakWorker("worker/" + i, new Random(seeds.nextLong())));
    }
    for (int rank = 0; rank < SoakRank.WORLD_SIZE; rank++) {
      load.start("rank " + rank, new SoakRank(rank, new Random(seeds.nextLong())));
    }
    for (int i = 0; i < GUESTS; i++) {
      load.start("guests " + i, new SoakGuests("guest/" + i, new Random(seeds.nextLong())));
    }
    load.start("attackers", new SoakAttackers(new Random(seeds.nextLong())));
    load.start("slow reader", new SoakSlowReader(new Random(seeds.nextLong())));
    return load;
  }

  private void start(String name, Client client) {
    Thread thread = new Thread(() -> run(name, client), name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  @SuppressWarnings("CatchAndPrintStackTrace") // the first line is for the report
  private void run(String name, Client client) {
    try {
      client.run(this);
    } catch (Throwable e) {
      e.printStackTrace();
      failures.add(name + ": " + e);
    }
  }

  /** Whether clients are to go on. */
  boolean goesOn() {
    return !closing && failures.isEmpty();
  }

  InetSocketAddress server() {
    return server;
  }

  TcpStore connect() {
    return TcpStore.connect(
        "127.0.0.1", server.getPort(), TcpStoreOptions.builder().timeout(PATIENCE).build());
  }

  SoakProbe probe() {
    return probe;
  }

  void countOperations(int more) {
    operations.add(more);
  }

  void countVisit() {
    visits.increment();
  }

  long operations() {
    return operations.sum();
  }

  long visits() {
    return visits.sum();
  }

  /** The operations with a wrong answer or none. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  /** Leaves the server to others for a while, so that what is measured is not only a queue. */
  static void pause(Random random, int mostMicros) {
    LockSupport.parkNanos(1_000L * random.nextInt(mostMicros));
  }

  /** Bytes of any length up to 64 KiB, short ones more often. */
  static byte[] randomBytes(Random random) {
    byte[] bytes = new byte[(int) Math.pow(2, 16 * random.nextDouble()) - 1];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Ends the client that was answered wrongly. */
  static void require(boolean right, String what) {
    if (!right) {
      throw new IllegalStateException("wrong answer: " + what);
    }
  }

  /** Waits until each client has finished what it was doing, and has left. */
  @Override
  public void close() {
    closing = true;
    for (Thread thread : threads) {
      try {
        thread.join(2 * PATIENCE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      if (thread.isAlive()) {
        failures.add(thread.getName() + ": has not ended");
      }
    }
  }
}
