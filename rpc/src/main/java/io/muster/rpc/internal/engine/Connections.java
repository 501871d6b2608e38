package io.muster.rpc.internal.engine;

import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import io.muster.rpc.internal.transport.Cancellable;
import io.muster.rpc.internal.transport.Connection;
import io.muster.rpc.internal.transport.ResponseListener;
import io.muster.rpc.internal.transport.TransportConfig;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.world.WorkerInfo;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The connections to other workers, each made when it is first used. Thread-safe. */
final class Connections implements ControlMessenger, AutoCloseable {
  private static final CallFailure CLOSED = CallFailure.of(Kind.CANCELLED, "");

  private final TransportConfig config;
  private final long controlNanos;

  /** By incarnation, so that a restarted worker gets a connection of its own. */
  private final Map<Long, Connection> connections = new ConcurrentHashMap<>();

  private volatile boolean isClosed;

  Connections(TransportConfig config) {
    this.config = config;
    this.controlNanos = Nanos.of(config.keepAlive());
  }

  /**
   * Returns the connection to a worker.
   *
   * @throws IllegalStateException if this agent is closed
   */
  Connection to(WorkerInfo worker) {
    Connection connection = openTo(worker);
    if (connection == null) {
      throw new IllegalStateException("this worker has been shut down");
    }
    return connection;
  }

  /** Returns the connection to a worker, or null if this agent is closed. */
  private @Nullable Connection openTo(WorkerInfo worker) {
    if (isClosed) {
      return null;
    }
    Connection connection =
        connections.computeIfAbsent(
            worker.incarnation(),
            incarnation -> Connection.to(worker.address(), incarnation, config));
    if (isClosed) {
      // close() may have missed it.
      connection.close();
      return null;
    }
    return connection;
  }

  /** {@inheritDoc} The outcome is a failure if this agent is closed. */
  @Override
  public void send(WorkerInfo worker, Control message, ResponseListener outcome) {
    Connection connection = openTo(worker);
    if (connection == null) {
      outcome.failed(CLOSED);
    } else {
      Cancellable unused =
          connection.control(message.encode(), controlNanos, Runnable::run, outcome);
    }
  }

  /** Closes all connections. Requests in flight fail. */
  @Override
  public void close() {
    isClosed = true;
    connections.values().forEach(Connection::close);
  }
}
