package io.muster.rpc.internal.serving;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How many calls a worker takes at once. Calls that nobody's call waits for run on so many threads,
 * and wait in a queue that has an end. A call that is made inside of another never waits, as the
 * queue may be full of those that wait for it: it gets a thread of its own or is refused.
 * Thread-safe.
 */
public final class Admission {
  private final Limits limits;
  private final Executor threads;
  private final Queue<Runnable> queue = new ArrayDeque<>();
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
  public record Limits(int running, int queued, int nested, long bytes) {}

  /** Nothing is admitted yet. {@code threads} never refuses. */
  public Admission(Limits limits, Executor threads) {
    this.limits = limits;
    this.threads = threads;
  }

  /** Takes a place; false if there is none. */
  public synchronized boolean enter(boolean isNested) {
    if (isNested) {
      if (nested >= limits.nested) {
        return false;
      }
      nested++;
    } else {
      if (admitted >= (long) limits.running + limits.queued) {
        return false;
      }
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

  /** Runs something that has a place and throws nothing, now or once others are done. */
  public void run(boolean isNested, Runnable call) {
    if (!isNested) {
      synchronized (this) {
        if (running >= limits.running) {
          queue.add(call);
          return;
        }
        running++;
      }
      threads.execute(() -> runAll(call));
    } else {
      threads.execute(call);
    }
  }

  private void runAll(Runnable first) {
    @Nullable Runnable next = first;
    while (next != null) {
      next.run();
      synchronized (this) {
        next = queue.poll();
        if (next == null) {
          running--;
        }
      }
    }
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
