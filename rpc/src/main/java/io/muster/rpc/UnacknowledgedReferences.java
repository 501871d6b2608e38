package io.muster.rpc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The references in answers whose receipt the caller has not acknowledged. They are released if the
 * caller does not acknowledge them before its call times out. Thread-safe.
 */
final class UnacknowledgedReferences {
  private final Map<Long, Ticket> open = new HashMap<>();
  private long last;

  private record Ticket(MessageReferences references, long deadlineNanos) {}

  /** A ticket for the references in an answer. */
  synchronized long issue(MessageReferences references, long deadlineNanos) {
    last++;
    open.put(last, new Ticket(references, deadlineNanos));
    return last;
  }

  /** The caller holds the references. */
  void received(long number) {
    @Nullable Ticket ticket;
    synchronized (this) {
      ticket = open.remove(number);
    }
    if (ticket != null) {
      ticket.references.receiverHolds();
    }
  }

  /** Lets go of what no caller can want any more. */
  void expire() {
    long now = System.nanoTime();
    List<Long> expired;
    synchronized (this) {
      expired = new ArrayList<>(open.size());
      open.forEach(
          (number, ticket) -> {
            if (ticket.deadlineNanos != Long.MAX_VALUE && ticket.deadlineNanos - now < 0) {
              expired.add(number);
            }
          });
    }
    expired.forEach(this::received);
  }
}
