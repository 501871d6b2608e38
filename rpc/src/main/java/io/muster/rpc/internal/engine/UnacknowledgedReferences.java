package io.muster.rpc.internal.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The references in responses that callers have not acknowledged. They are released when the caller
 * acknowledges them, or when its call has timed out. Thread-safe.
 */
final class UnacknowledgedReferences {
  private final Map<Long, Ticket> tickets = new HashMap<>();
  private long lastNumber;

  private record Ticket(MessageReferences references, long deadlineNanos) {}

  /**
   * Keeps the references in a response.
   *
   * @return a number by which the caller acknowledges them
   */
  synchronized long add(MessageReferences references, long deadlineNanos) {
    lastNumber++;
    tickets.put(lastNumber, new Ticket(references, deadlineNanos));
    return lastNumber;
  }

  /** Releases the references of a response, because the caller holds them now. */
  void acknowledge(long number) {
    @Nullable Ticket ticket;
    synchronized (this) {
      ticket = tickets.remove(number);
    }
    if (ticket != null) {
      ticket.references.giveBackSent();
    }
  }

  /** Releases the references of calls that have timed out. */
  void expire() {
    long now = System.nanoTime();
    List<Long> expired;
    synchronized (this) {
      expired = new ArrayList<>(tickets.size());
      tickets.forEach(
          (number, ticket) -> {
            if (ticket.deadlineNanos != Long.MAX_VALUE && ticket.deadlineNanos - now < 0) {
              expired.add(number);
            }
          });
    }
    expired.forEach(this::acknowledge);
  }
}
