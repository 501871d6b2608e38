package io.muster.admin.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections on which no complete request arrives in time. Jetty's idle timeout would leave
 * a client connected that sends one byte now and then. Thread-safe.
 */
final class RequestDeadline implements Connection.Listener {
  private final Scheduler scheduler;
  private final long millis;
  private final Map<Connection, Scheduler.Task> tasks = new ConcurrentHashMap<>();

  /**
   * A deadline for each connection of HTTP, which the connection's factory reports.
   *
   * @param millis how long a request may take to arrive, with the handshake of TLS before the first
   */
  RequestDeadline(Scheduler scheduler, long millis) {
    this.scheduler = scheduler;
    this.millis = millis;
  }

  @Override
  public void onOpened(Connection connection) {
    await(connection);
  }

  @Override
  public void onClosed(Connection connection) {
    arrived(connection);
  }

  /** Begins the time of the next request. */
  void await(Connection connection) {
    cancel(
        tasks.put(
            connection,
            scheduler.schedule(() -> close(connection), millis, TimeUnit.MILLISECONDS)));
  }

  /** Ends the time of a request. */
  void arrived(Connection connection) {
    cancel(tasks.remove(connection));
  }

  private void close(Connection connection) {
    tasks.remove(connection);
    connection.getEndPoint().close();
  }

  private static void cancel(Scheduler.@Nullable Task task) {
    if (task != null) {
      boolean unusedCancelled = task.cancel();
    }
  }
}
