package io.muster.testing;

import io.muster.collectives.Distributed;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ProcessGroups;
import io.muster.store.Deadline;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A world whose ranks are threads of this JVM and share a {@link HashStore}. Runs once. */
final class LocalWorld {
  /** The default time that interrupted ranks have to end. */
  static final Duration GRACE_PERIOD = Duration.ofSeconds(10);

  /** The time between repeated interrupts of a rank, which may have swallowed the first. */
  private static final long REPEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final int size;
  private final Duration timeout;
  private final boolean init;
  private final Duration gracePeriod;
  private final Body body;
  private final Store store = new HashStore();
  private final List<Thread> threads;
  private final FailedRanks failed;
  private int groupsLeft;
  private final SortedSet<Integer> bodiesLeft = new TreeSet<>();
  private final SortedSet<Integer> ranksLeft = new TreeSet<>();

  /** Whether all ranks must end, because one has failed or the timeout has passed. */
  private boolean over;

  /** The body of the test. */
  interface Body {
    void run(Rank rank, Store store) throws Exception;
  }

  /**
   * A world that has not run yet.
   *
   * @param timeout the time that all ranks have together
   * @param init whether each rank has a default group before the body starts
   * @param gracePeriod the time that interrupted ranks have to end
   * @throws IllegalArgumentException if the size is not positive
   */
  LocalWorld(int size, Duration timeout, boolean init, Duration gracePeriod, Body body) {
    if (size < 1) {
      throw new IllegalArgumentException("the size of a world must be at least 1 but was " + size);
    }
    this.size = size;
    this.timeout = timeout;
    this.init = init;
    this.gracePeriod = gracePeriod;
    this.body = body;
    this.threads = IntStream.range(0, size).mapToObj(this::thread).toList();
    this.failed = new FailedRanks(size);
    this.groupsLeft = init ? size : 0;
    for (int rank = 0; rank < size; rank++) {
      bodiesLeft.add(rank);
      ranksLeft.add(rank);
    }
  }

  private Thread thread(int rank) {
    Thread thread =
        new Thread(
            () -> runRank(rank), String.format(Locale.ROOT, "muster-rank-%d-of-%d", rank, size));
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Runs the body as each rank, and blocks until all ranks have ended.
   *
   * @throws AssertionError if a rank fails or is not done within the timeout
   * @throws IllegalArgumentException if the timeout is negative
   * @throws org.opentest4j.TestAbortedException if the first failure is one
   */
  void run() {
    Deadline deadline = Deadline.after(timeout);
    boolean interrupted = false;
    try {
      threads.forEach(Thread::start);
      awaitEnd(deadline);
    } catch (InterruptedException e) {
      interrupted = true;
      failUnfinished("when the test was interrupted");
    } finally {
      end();
      if (join() || interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    failed.report();
  }

  /** Runs the thread of a rank. */
  private void runRank(int rank) {
    ProcessGroups groups = new ProcessGroups();
    attempt(rank, () -> Distributed.with(groups, () -> runBody(rank)));
    awaitOtherBodies(rank);
    attempt(
        rank,
        () -> {
          groups.close();
          return true;
        });
    leave(rank);
  }

  private void attempt(int rank, Callable<Boolean> action) {
    try {
      boolean unused = action.call();
    } catch (Throwable e) {
      failed.add(rank, e);
      end();
    }
  }

  private boolean runBody(int rank) throws Exception {
    if (init) {
      Distributed.initProcessGroup(
          ProcessGroupOptions.builder()
              .store(store)
              .rank(rank)
              .worldSize(size)
              .interfaceNames(loopback())
              .environment(Map.of())
              .build());
      awaitOtherGroups();
    }
    body.run(new Rank(rank, size), store);
    return true;
  }

  /** The name of the loopback interface, which other hosts cannot reach. */
  static String loopback() throws IOException {
    NetworkInterface found = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
    if (found == null) {
      throw new IOException("this host has no loopback interface");
    }
    return found.getName();
  }

  /** Waits until all ranks are connected. Otherwise a body that fails early would prevent that. */
  private synchronized void awaitOtherGroups() throws InterruptedException {
    groupsLeft--;
    notifyAll();
    while (groupsLeft > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        if (groupsLeft > 0) {
          throw e;
        }
        // All ranks are connected, so the interrupt is for the body.
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits until all bodies have ended, because they may need the groups of this rank. */
  private synchronized void awaitOtherBodies(int rank) {
    bodiesLeft.remove(rank);
    notifyAll();
    // An interrupt that the body has not noticed would cut closing the groups short.
    boolean unused = Thread.interrupted();
    while (!bodiesLeft.isEmpty() && !over) {
      try {
        wait();
      } catch (InterruptedException e) {
        // The world is over, or the interrupt came too late for the body.
      }
    }
    if (over) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void leave(int rank) {
    ranksLeft.remove(rank);
    notifyAll();
  }

  /** Waits until all ranks have ended, one has failed, or the deadline has passed. */
  private synchronized void awaitEnd(Deadline deadline) throws InterruptedException {
    while (!ranksLeft.isEmpty() && !over && !deadline.hasPassed()) {
      TimeUnit.NANOSECONDS.timedWait(this, deadline.remainingNanos());
    }
    failUnfinished("after " + timeout);
  }

  /** Unless a rank has failed, adds the unfinished ranks, with their stacks, to the failures. */
  private synchronized void failUnfinished(String when) {
    if (over) {
      return;
    }
    List<Integer> ranks = List.copyOf(bodiesLeft.isEmpty() ? ranksLeft : bodiesLeft);
    for (int rank : ranks) {
      failed.add(rank, StackLocator.of(threads.get(rank), "not done " + when, others(ranks, rank)));
    }
  }

  private static String others(List<Integer> ranks, int rank) {
    List<Integer> others = ranks.stream().filter(other -> other != rank).toList();
    return switch (others.size()) {
      case 0 -> "";
      case 1 -> "; nor is rank " + others.get(0);
      default -> "; nor are ranks " + others;
    };
  }

  private synchronized void end() {
    if (!over) {
      over = true;
      threads.forEach(Thread::interrupt);
      notifyAll();
    }
  }

  /**
   * Waits until the threads have ended, at most for the grace period, and interrupts them again.
   *
   * @return whether the calling thread was interrupted
   */
  private boolean join() {
    boolean interrupted = false;
    Deadline deadline = Deadline.after(gracePeriod);
    for (int rank = 0; rank < size; rank++) {
      Thread thread = threads.get(rank);
      while (thread.isAlive() && !deadline.hasPassed()) {
        try {
          TimeUnit.NANOSECONDS.timedJoin(thread, Math.min(REPEAT_NANOS, deadline.remainingNanos()));
          thread.interrupt();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (thread.isAlive()) {
        failed.addLeftRunning(
            rank, StackLocator.of(thread, "did not end after it was interrupted"));
      }
    }
    return interrupted;
  }
}
