package io.muster.rpc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The references in answers that have been sent and of which it is not yet known that the caller
 * holds them. A caller that does not say so while its call may last has no use for them.
 * Thread-safe.
 */
final class Tickets {
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
