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

/** A world whose ranks are threads of this JVM and meet in one store. Runs once. */
final class LocalWorld {
  /** How long ranks that are interrupted have to end. */
  static final Duration ENDING = Duration.ofSeconds(10);

  /** How long a rank that was interrupted has until it is again, for it may have forgotten. */
  private static final long REMINDER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final int size;
  private final Duration timeout;
  private final boolean init;
  private final Duration ending;
  private final Body body;
  private final Store store = new HashStore();
  private final List<Thread> threads;
  private final FailedRanks failed;
  private int groupsLeft;
  private final SortedSet<Integer> bodiesLeft = new TreeSet<>();
  private final SortedSet<Integer> ranksLeft = new TreeSet<>();

  /** Whether all ranks are to end, since one has failed or the time is up. */
  private boolean over;

  /** What a rank does. */
  interface Body {
    void run(Rank rank, Store store) throws Exception;
  }

  /**
   * A world that is about to run.
   *
   * @param timeout for all ranks together
   * @param init whether each rank begins with a default group
   * @param ending how long a rank that was interrupted may take to end
   * @throws IllegalArgumentException if the size is not positive
   */
  LocalWorld(int size, Duration timeout, boolean init, Duration ending, Body body) {
    if (size < 1) {
      throw new IllegalArgumentException("a world has at least one rank, not " + size);
    }
    this.size = size;
    this.timeout = timeout;
    this.init = init;
    this.ending = ending;
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
            () -> live(rank), String.format(Locale.ROOT, "muster-rank-%d-of-%d", rank, size));
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Runs the body as each of the ranks, and returns when all have ended.
   *
   * @throws AssertionError if a rank fails, or is not done in time
   * @throws IllegalArgumentException if the timeout is negative
   * @throws org.opentest4j.TestAbortedException if that is what the first rank to fail throws
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

  /** What the thread of a rank does. */
  private void live(int rank) {
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

  /** The name of the network interface that no other machine reaches. */
  static String loopback() throws IOException {
    NetworkInterface found = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
    if (found == null) {
      throw new IOException("this machine has no loopback interface");
    }
    return found.getName();
  }

  /** No body begins before all ranks are connected, which its failure would keep them from. */
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
        // Then it is the body that is interrupted.
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Nobody closes its groups before all bodies are done, for which they may be needed. */
  private synchronized void awaitOtherBodies(int rank) {
    bodiesLeft.remove(rank);
    notifyAll();
    // What the body may have left behind would make closing the groups hasty.
    boolean unused = Thread.interrupted();
    while (!bodiesLeft.isEmpty() && !over) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Then the world is over, or the interrupt came too late for the body.
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

  /** Returns when all ranks have ended, or are to. */
  private synchronized void awaitEnd(Deadline deadline) throws InterruptedException {
    while (!ranksLeft.isEmpty() && !over && !deadline.hasPassed()) {
      TimeUnit.NANOSECONDS.timedWait(this, deadline.remainingNanos());
    }
    failUnfinished("after " + timeout);
  }

  /** Unless a rank has failed, fails those that are not done, which shows where they are. */
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
   * Waits for the threads to end, which are about to; not forever.
   *
   * @return whether this thread was interrupted
   */
  private boolean join() {
    boolean interrupted = false;
    Deadline deadline = Deadline.after(ending);
    for (int rank = 0; rank < size; rank++) {
      Thread thread = threads.get(rank);
      while (thread.isAlive() && !deadline.hasPassed()) {
        try {
          TimeUnit.NANOSECONDS.timedJoin(
              thread, Math.min(REMINDER_NANOS, deadline.remainingNanos()));
          thread.interrupt();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (thread.isAlive()) {
        failed.addLeftOver(rank, StackLocator.of(thread, "goes on although it was interrupted"));
      }
    }
    return interrupted;
  }
}
