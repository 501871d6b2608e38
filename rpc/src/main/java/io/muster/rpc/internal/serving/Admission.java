package io.muster.rpc.internal.serving;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Limits the calls that a worker runs and queues. Top-level calls run on a bounded number of
 * threads and otherwise wait in a bounded queue. A nested call, which its caller makes while it
 * handles another call, never waits: it gets a thread or is refused, because the calls in the queue
 * may be waiting for it. Thread-safe.
 */
public final class Admission {
  private static final int MAX_CALLS = 1 << 24;

  private final Limits limits;
  private final Executor threads;
  private final Set<Task> queue = new LinkedHashSet<>();
  private int admitted;
  private int nested;
  private int running;
  private long bytes;

  /**
   * The limits of a worker.
   *
   * @param running how many top-level calls run at once
   * @param queued how many top-level calls may wait for a thread
   * @param nested how many nested calls run at once
   * @param bytes the size of the messages of all these calls
   */
  public record Limits(int running, int queued, int nested, long bytes) {
    /** How many calls can be admitted at once. */
    public int maxCalls() {
      return Math.toIntExact(Math.min((long) running + queued + nested, MAX_CALLS));
    }
  }

  /**
   * Admits calls within the limits.
   *
   * @param threads runs the calls, each on a thread of its own
   */
  public Admission(Limits limits, Executor threads) {
    this.limits = limits;
    this.threads = threads;
  }

  /** Whether {@link #enter} would refuse a call. */
  public synchronized boolean isFull(boolean isNested) {
    return isNested ? nested >= limits.nested : admitted >= (long) limits.running + limits.queued;
  }

  /** Admits a call; false if the limit is reached. */
  public synchronized boolean enter(boolean isNested) {
    if (isFull(isNested)) {
      return false;
    } else if (isNested) {
      nested++;
    } else {
      admitted++;
    }
    return true;
  }

  /**
   * Accounts for the message of an admitted call; false if it would exceed the limit. A single
   * message is always accepted.
   */
  public synchronized boolean hold(int size) {
    if (bytes > 0 && bytes + size > limits.bytes) {
      return false;
    }
    bytes += size;
    return true;
  }

  /** An admitted call. */
  public interface Task extends Runnable {
    /** Called instead of {@link #run} if no thread can be started. */
    default void refused(Throwable cause) {}
  }

  /**
   * Runs an admitted call now, or when a thread is free, or calls its {@link Task#refused}. Does
   * not block.
   */
  public void run(boolean isNested, Task task) {
    if (!isNested && !startsNow(task)) {
      return;
    }
    try {
      threads.execute(isNested ? task : () -> runAll(task));
    } catch (Throwable e) {
      task.refused(e);
      if (!isNested) {
        abandonQueue(e);
      }
    }
  }

  private synchronized boolean startsNow(Task task) {
    if (running >= limits.running) {
      queue.add(task);
      return false;
    }
    running++;
    return true;
  }

  /** Handles that no thread could be started. If none runs, queued calls would never run. */
  private void abandonQueue(Throwable cause) {
    List<Task> abandoned = List.of();
    synchronized (this) {
      running--;
      if (running == 0) {
        abandoned = List.copyOf(queue);
        queue.clear();
      }
    }
    abandoned.forEach(task -> task.refused(cause));
  }

  /** Removes a call from the queue; false if it is not in the queue. */
  public synchronized boolean withdraw(Task task) {
    return queue.remove(task);
  }

  private void runAll(Task first) {
    @Nullable Task next = first;
    while (next != null) {
      try {
        next.run();
      } catch (Throwable e) {
        // The call has answered its caller itself. Queued calls need this thread.
        assert e != null;
      }
      next = next();
    }
  }

  private synchronized @Nullable Task next() {
    Iterator<Task> waiting = queue.iterator();
    if (!waiting.hasNext()) {
      running--;
      return null;
    }
    Task next = waiting.next();
    waiting.remove();
    return next;
  }

  /**
   * Ends an admitted call.
   *
   * @param size what {@link #hold} accounted for
   */
  public synchronized void leave(boolean isNested, int size) {
    if (isNested) {
      nested--;
    } else {
      admitted--;
    }
    bytes -= size;
  }

  /** How many calls are admitted. */
  public synchronized int occupied() {
    return admitted + nested;
  }
}
