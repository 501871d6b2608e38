package io.muster.store;

import io.muster.store.internal.client.CallInterruptedException;
import io.muster.store.internal.client.CallTimeoutException;
import io.muster.store.internal.client.StoreClient;
import io.muster.store.internal.wire.RefusedException;
import io.muster.store.internal.wire.WireException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Runs the calls of a {@link TcpStore} on its {@link StoreClient}: gives each call its deadline,
 * and converts a failure to the exception that the store throws. Thread-safe.
 */
final class ClientCalls {
  /**
   * The least time that the server has to reply, so that a short timeout does not cost the
   * connection to a busy server.
   */
  private static final long SHORTEST_ROUND_TRIP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final StoreClient client;
  private final String store;
  private final String endpoint;
  private volatile Duration timeout;
  private volatile boolean closed;

  /**
   * The calls of an open store.
   *
   * @param store the text that stands for the store in messages
   */
  ClientCalls(StoreClient client, String store, String endpoint, Duration timeout) {
    this.client = client;
    this.store = store;
    this.endpoint = endpoint;
    this.timeout = timeout;
  }

  /** A call that itself limits how long it waits. */
  interface Wait<T> {
    T run() throws IOException;
  }

  /** A call that the server answers at once; {@code nanos} limits it nevertheless. */
  interface RoundTrip<T> {
    T run(long nanos) throws IOException;
  }

  /** A call without a reply; {@code nanos} limits it. */
  interface Write {
    void run(long nanos) throws IOException;
  }

  Duration timeout() {
    return timeout;
  }

  void setTimeout(Duration newTimeout) {
    this.timeout = Deadline.requireNotNegative(newTimeout);
  }

  /** Refuses further calls; returns false if they are refused already. */
  synchronized boolean close() {
    boolean wasOpen = !closed;
    closed = true;
    return wasOpen;
  }

  /**
   * Checks that the store is open.
   *
   * @throws IllegalStateException if it is closed
   */
  void requireOpen() {
    if (closed) {
      throw new IllegalStateException(store + " is closed");
    }
  }

  /** Runs a write within the timeout of the store. */
  void send(String operation, Write write) {
    send(operation, Deadline.after(timeout), write);
  }

  /** Runs a write within the rest of a deadline. */
  void send(String operation, Deadline deadline, Write write) {
    boolean unused =
        call(
            operation,
            deadline,
            nanos -> {
              write.run(nanos);
              return true;
            });
  }

  /** Runs a round trip within the timeout of the store. */
  <T> T call(String operation, RoundTrip<T> roundTrip) {
    return call(operation, Deadline.after(timeout), roundTrip);
  }

  /** Runs a round trip within the rest of a deadline. */
  <T> T call(String operation, Deadline deadline, RoundTrip<T> roundTrip) {
    return call(
        operation,
        () -> roundTrip.run(Math.max(deadline.remainingNanos(), SHORTEST_ROUND_TRIP_NANOS)));
  }

  /** Runs a call that limits itself. */
  <T> T call(String operation, Wait<T> call) {
    requireOpen();
    try {
      return call.run();
    } catch (IOException e) {
      throw failed(operation, e);
    }
  }

  /** Returns the exception that the store throws if a call has failed. */
  RuntimeException failed(String operation, IOException cause) {
    if (closed) {
      return new IllegalStateException(store + " was closed during " + operation, cause);
    }
    if (cause instanceof CallInterruptedException) {
      return new StoreInterruptedException(operation + " on " + store + " was interrupted");
    }
    if (cause instanceof CallTimeoutException) {
      return new NetworkException(
          operation
              + " on "
              + store
              + " failed: it exceeded the store's timeout of "
              + timeout
              + ": "
              + cause.getMessage()
              + "; the next call reconnects",
          endpoint,
          cause);
    }
    if (cause instanceof RefusedException) {
      return new StoreException(
          operation
              + " on "
              + store
              + " failed: the server refused a request of this store: "
              + cause.getMessage()
              + "; the next call reconnects",
          cause);
    }
    if (cause instanceof WireException) {
      return new ProtocolException(
          operation + " on " + store + " failed: " + cause.getMessage(), cause);
    }
    return new NetworkException(
        operation
            + " on "
            + store
            + " failed: the connection is lost: "
            + cause.getMessage()
            + (client.learnsOfRefusals()
                ? ""
                : ". The server closed it, perhaps because the request exceeds one of its limits")
            + ". Did the remote server shutdown or crash?",
        endpoint,
        cause);
  }
}
