package io.muster.launcher.internal.nodes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.store.Store;
import io.muster.store.StoreInterruptedException;
import io.muster.store.StoreTimeoutException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * This node's part in a run of several nodes: it joins, reports failures of workers and learns of
 * those on other nodes, agrees on whether there is another attempt, and watches whether the next
 * node is alive. Threads of the group call the store, so only {@link #leave} and {@link #close}
 * block.
 *
 * <p>A run of one node uses the same code, with a store in memory.
 */
public final class NodeGroup implements AutoCloseable {
  private static final Logger LOG = System.getLogger(NodeGroup.class.getName());
  private static final byte[] PRESENT = {'1'};
  private static final long CLOSE_PATIENCE_SECONDS = 2;

  /** How long deleting the keys of the nodes may take. */
  private static final Duration FORGET_PATIENCE = Duration.ofSeconds(2);

  /**
   * How the nodes find each other.
   *
   * @param count how many nodes there are
   * @param rank the rank of this node; empty for the first that is free
   * @param joinTimeout how long all nodes have to join
   * @param interval how often a node gives a sign of life
   * @param maxMissed after how many intervals without one a node has vanished
   */
  public record Settings(
      int count, OptionalInt rank, Duration joinTimeout, Duration interval, int maxMissed) {
    /** How long a node may be silent. */
    public Duration patience() {
      return interval.multipliedBy(maxMissed);
    }
  }

  /** Is told the events of all nodes, by threads of the group. Must not block. */
  public interface Listener {
    /** A worker of this or another node has failed. */
    void attemptFailed(int attempt);

    /** The run ends on all nodes. */
    void ended(RunEnd end);

    /** Nothing more can be agreed, because a call of the store has failed. */
    void storeLost(String message);
  }

  private final Settings settings;
  private final RunStore runStore;
  private final String runId;
  private final Listener listener;
  private final ExecutorService threads;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable Store store;
  private volatile @Nullable Placement placement;
  private volatile @Nullable RunEnd ownEnd;
  private volatile int vanished = -1;

  /**
   * Whether this node has said that it has left. Another node may have deleted all keys since, so
   * this one must not write any more: the next run would read them. Guarded by this.
   */
  private boolean hasLeft;

  /** Creates a group that this node has not joined yet. */
  public NodeGroup(Settings settings, RunStore runStore, String runId, Listener listener) {
    this.settings = settings;
    this.runStore = runStore;
    this.runId = runId;
    this.listener = listener;
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "muster-nodes");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Connects to the store, and waits for all nodes. The future fails with a {@link JoinException}
   * if a node is missing after the timeout, or the options of the nodes contradict each other.
   */
  public CompletableFuture<Placement> join(NodeInfo self) {
    return call(
        () -> {
          long start = System.nanoTime();
          Store opened =
              runStore.connect(
                  runId, settings.count(), settings.joinTimeout(), settings.patience());
          store = opened;
          if (isClosed()) {
            opened.close();
          }
          NodeAgreement agreement =
              new NodeAgreement(opened, settings.count(), runStore.loopbackHint());
          Placement joined;
          try {
            joined = agreement.join(self, settings.rank(), settings.joinTimeout(), start);
          } catch (StoreInterruptedException e) {
            boolean unused = Thread.interrupted();
            if (!agreement.withdraw()) {
              publishEnd();
            }
            throw e;
          }
          placement = joined;
          publishEnd();
          watch(() -> watchEnd(joined));
          if (settings.count() > 1) {
            watch(() -> keepAlive(joined));
          }
          return joined;
        });
  }

  /** Begins to watch for a failure of a worker, on any node, in an attempt. */
  public void attemptStarts(int attempt) {
    watch(
        () -> {
          keys(attempt).awaitFailed();
          listener.attemptFailed(attempt);
        });
  }

  /** Tells all nodes that a worker has failed. */
  public void reportFailure(int attempt) {
    watch(() -> unlessLeft(() -> keys(attempt).setFailed()));
  }

  /**
   * Tells the leader that all workers of this node have ended. The future has its decision. If
   * there is another attempt, the store of the workers is empty when the future completes.
   *
   * @param failure the first failure on this node
   */
  public CompletableFuture<Decision> finish(int attempt, Optional<FirstFailure> failure) {
    return call(
        () -> {
          Placement joined = Objects.requireNonNull(placement);
          AttemptKeys keys = keys(attempt);
          unlessLeft(() -> keys.setOutcome(joined.nodeRank(), failure));
          if (joined.leader() != joined.nodeRank()) {
            return keys.awaitDecision();
          }
          Optional<FirstFailure> first = keys.awaitOutcomes(settings.count());
          boolean restarts = first.isPresent() && attempt < joined.maxRestarts();
          if (restarts) {
            runStore.clear();
          }
          Decision decision = new Decision(restarts, first);
          unlessLeft(() -> keys.setDecision(decision));
          return decision;
        });
  }

  /** Ends the run on all nodes, if they have joined. The first end of all counts. */
  public void end(RunEnd end) {
    ownEnd = end;
    if (placement != null) {
      watch(this::publishEnd);
    }
  }

  private void publishEnd() {
    RunEnd end = ownEnd;
    if (end != null) {
      unlessLeft(
          () -> {
            byte[] unused = store().compareSet("end", new byte[0], end.encode().getBytes(UTF_8));
          });
    }
  }

  private synchronized void unlessLeft(Runnable write) {
    if (!hasLeft) {
      write.run();
    }
  }

  private synchronized void setLeft(Placement joined) {
    if (!hasLeft) {
      hasLeft = true;
      store().set(left(joined.nodeRank()), PRESENT);
    }
  }

  private void watchEnd(Placement joined) {
    store().await(Store.FOREVER, "end");
    RunEnd end = RunEnd.decode(store().getString("end"));
    if (end.signal().isEmpty()) {
      vanished = end.node();
    }
    listener.ended(end);
    setLeft(joined);
  }

  private void keepAlive(Placement joined) {
    int next = (joined.nodeRank() + 1) % settings.count();
    KeepAlive ring = new KeepAlive(store(), joined.nodeRank(), next, settings.maxMissed());
    while (isNextAlive(ring)) {
      if (isClosedAfter(settings.interval())) {
        return;
      }
    }
    end(RunEnd.vanished(joined, next, settings.patience()));
  }

  private synchronized boolean isNextAlive(KeepAlive ring) {
    return hasLeft || ring.step();
  }

  private boolean isClosedAfter(Duration time) {
    try {
      return closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  /**
   * Tells the others that this node needs the store no more. On the leader, which may host the
   * store, blocks until the others need it no more either, and then deletes the keys of the nodes
   * in a store that was there before. If the leader has vanished, another node does so.
   *
   * @param patience how long to wait for the others
   */
  public void leave(Duration patience) {
    Placement joined = placement;
    if (joined == null) {
      return;
    }
    closed.countDown();
    CompletableFuture<Boolean> left = call(() -> leave(joined, patience));
    try {
      boolean unused = left.get(patience.plus(FORGET_PATIENCE).toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      LOG.log(Level.DEBUG, "the keys of the nodes cannot be deleted in time");
    } catch (ExecutionException e) {
      LOG.log(Level.DEBUG, "leaving the other nodes failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean leave(Placement joined, Duration patience) {
    // The thread that publishes the end may not have run yet.
    publishEnd();
    setLeft(joined);
    if (lastToLeave(joined) == joined.nodeRank()) {
      awaitAllLeft(patience);
      runStore.forget(store());
    }
    return true;
  }

  private int lastToLeave(Placement joined) {
    int leader = joined.leader();
    if (leader != vanished) {
      return leader;
    }
    return leader == 0 ? 1 : 0;
  }

  private void awaitAllLeft(Duration patience) {
    List<String> keys =
        IntStream.range(0, settings.count())
            .filter(node -> node != vanished)
            .mapToObj(NodeGroup::left)
            .toList();
    try {
      store().await(patience, keys);
    } catch (StoreTimeoutException e) {
      LOG.log(Level.DEBUG, "some nodes have not left within {0}", patience);
    }
  }

  /** Interrupts the threads of the group, and disconnects. Blocks for at most a few seconds. */
  @Override
  public void close() {
    closed.countDown();
    threads.shutdownNow();
    try {
      boolean unused = threads.awaitTermination(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Store opened = store;
    if (opened != null) {
      opened.close();
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private Store store() {
    return Objects.requireNonNull(store);
  }

  private AttemptKeys keys(int attempt) {
    return new AttemptKeys(store(), attempt);
  }

  private static String left(int node) {
    return "left/" + node;
  }

  private <T> CompletableFuture<T> call(Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            result.complete(task.call());
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  /** Runs a task without a result; its failure means that the store is lost. */
  private void watch(Runnable task) {
    threads.execute(
        () -> {
          try {
            task.run();
          } catch (Throwable e) {
            if (!isClosed()) {
              listener.storeLost(String.valueOf(e.getMessage()));
            }
          }
        });
  }
}
