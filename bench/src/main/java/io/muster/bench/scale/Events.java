package io.muster.bench.scale;

import java.util.Comparator;
import java.util.PriorityQueue;

/** What happens, in the order of its time. The time is in nanoseconds and begins at 0. */
final class Events {
  private static final Comparator<Event> ORDER =
      Comparator.comparingLong(Event::time).thenComparingLong(Event::number);

  private final PriorityQueue<Event> events = new PriorityQueue<>(ORDER);
  private long scheduled;
  private long now;

  private record Event(long time, long number, Runnable action) {}

  long now() {
    return now;
  }

  /** Lets something happen; what happens at the same time happens in the order of these calls. */
  void at(long time, Runnable action) {
    if (time < now) {
      throw new IllegalArgumentException("at " + time + ", but it is already " + now);
    }
    events.add(new Event(time, scheduled++, action));
  }

  /** Returns when nothing is left to happen. */
  void run() {
    for (Event next = events.poll(); next != null; next = events.poll()) {
      now = next.time;
      next.action.run();
    }
  }
}
