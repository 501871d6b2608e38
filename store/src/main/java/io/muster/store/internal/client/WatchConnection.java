package io.muster.store.internal.client;

import io.muster.store.internal.wire.KeyChanges;
import io.muster.store.internal.wire.RefusedException;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireInput;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection of its own for watching keys with a prefix. One thread at a time uses it; any thread
 * may close it. A call that is interrupted, takes too long or is refused closes the connection, and
 * the next call reconnects. A connection that was lost otherwise stays unusable.
 */
public final class WatchConnection implements Closeable {
  private final SideConnections sides;
  private final Connector.Connected server;
  private final byte[] prefix;
  private volatile SideConnection connection = new SideConnection();
  private volatile boolean closed;

  /** Why the connection is unusable. */
  private @Nullable IOException lost;

  WatchConnection(SideConnections sides, Connector.Connected server, byte[] prefix) {
    this.sides = sides;
    this.server = server;
    this.prefix = prefix;
  }

  /**
   * The changes after a revision.
   *
   * @param known whether the server knows all changes after the revision
   * @param changes the changes; empty if they are not known
   */
  public record Reading(boolean known, KeyChanges changes) {}

  /**
   * Reads the changes after a revision, without waiting. If it is negative, reads the current
   * revision only.
   */
  public Reading read(long revision, long nanos) throws IOException {
    return use(
        side ->
            side.call(
                server,
                nanos,
                requests -> requests.changes(prefix, revision),
                WatchConnection::reading));
  }

  private static Reading reading(WireInput replies) throws IOException {
    int reply = replies.getByte();
    return switch (reply) {
      case Reply.FOUND -> new Reading(true, KeyChanges.read(replies));
      case Reply.NOT_KEPT -> new Reading(false, new KeyChanges(replies.getLong(), List.of()));
      default -> throw new WireException("unexpected reply " + reply + " to CHANGES");
    };
  }

  /**
   * Waits for a change after a revision, or until the server does not know whether there was one.
   *
   * @return false if that took longer than {@code nanos}
   * @throws CallInterruptedException if the thread is interrupted
   */
  public boolean await(long revision, long nanos) throws IOException {
    SideConnection.Outcome outcome =
        use(side -> side.await(server, requests -> requests.awaitChange(prefix, revision), nanos));
    if (outcome == SideConnection.Outcome.INTERRUPTED) {
      throw new CallInterruptedException(null);
    }
    return outcome == SideConnection.Outcome.COMPLETED;
  }

  private interface Use<T> {
    T with(SideConnection side) throws IOException;
  }

  private <T> T use(Use<T> use) throws IOException {
    IOException earlier = lost;
    if (earlier != null) {
      throw new IOException("the connection was lost earlier: " + earlier.getMessage(), earlier);
    }
    SideConnection side = connection.isClosed() ? new SideConnection() : connection;
    connection = side;
    if (closed) {
      side.close();
      throw new SocketException("the watcher is closed");
    }
    try {
      return sides.run(side, () -> use.with(side));
    } catch (CallTimeoutException | CallInterruptedException | RefusedException e) {
      throw e;
    } catch (IOException e) {
      lost = e;
      throw e;
    }
  }

  /** Closes the connection, even while a thread waits on it. */
  @Override
  public void close() {
    closed = true;
    connection.close();
    sides.left(this);
  }
}
