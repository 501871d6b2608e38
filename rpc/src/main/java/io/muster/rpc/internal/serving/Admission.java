package io.muster.rpc.internal.serving;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How many calls a worker takes at once. Calls that nobody's call waits for run on so many threads,
 * and wait in a queue that has an end. A call that is made inside of another never waits, as the
 * queue may be full of those that wait for it: it gets a thread of its own or is refused.
 * Thread-safe.
 */
public final class Admission {
  private static final int MOST_PLACES = 1 << 24;

  private final Limits limits;
  private final Executor threads;
  private final Set<Task> queue = new LinkedHashSet<>();
  private int admitted;
  private int nested;
  private int running;
  private long bytes;

  /**
   * What a worker takes.
   *
   * @param running how many calls run at once
   * @param queued how many wait
   * @param nested how many run besides that are made inside of other calls
   * @param bytes how large the messages of all of them may be
   */
  public record Limits(int running, int queued, int nested, long bytes) {
    /** How many calls are admitted. */
    public int places() {
      return Math.toIntExact(Math.min((long) running + queued + nested, MOST_PLACES));
    }
  }

  /** Nothing is admitted yet. */
  public Admission(Limits limits, Executor threads) {
    this.limits = limits;
    this.threads = threads;
  }

  /** Whether no further call can be admitted. */
  public synchronized boolean isFull(boolean isNested) {
    return isNested ? nested >= limits.nested : admitted >= (long) limits.running + limits.queued;
  }

  /** Takes a place; false if there is none. */
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

  /** Takes room for a message; false if there is none. One message is always taken. */
  public synchronized boolean hold(int size) {
    if (bytes > 0 && bytes + size > limits.bytes) {
      return false;
    }
    bytes += size;
    return true;
  }

  /** An admitted call that is to be run. */
  public interface Task extends Runnable {
    /** It will not be run, since there is no thread for it. */
    default void refused(Throwable cause) {}
  }

  /**
   * Runs something that has a place, now or once others are done, or tells it that there is no
   * thread.
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

  /** A thread could not be started. Without another one, queued tasks would never run. */
  private void abandonQueue(Throwable cause) {
    List<Task> stranded = List.of();
    synchronized (this) {
      running--;
      if (running == 0) {
        stranded = List.copyOf(queue);
        queue.clear();
      }
    }
    stranded.forEach(task -> task.refused(cause));
  }

  /** Takes back what waits for a thread; false if it does not, or no longer. */
  public synchronized boolean withdraw(Task task) {
    return queue.remove(task);
  }

  private void runAll(Task first) {
    @Nullable Task next = first;
    while (next != null) {
      try {
        next.run();
      } catch (Throwable e) {
        // The task has seen to its end itself. Others wait for this thread.
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

  /** Gives back a place and the room for its message. */
  public synchronized void leave(boolean isNested, int size) {
    if (isNested) {
      nested--;
    } else {
      admitted--;
    }
    bytes -= size;
  }

  /** How many calls have a place. */
  public synchronized int occupied() {
    return admitted + nested;
  }
}
