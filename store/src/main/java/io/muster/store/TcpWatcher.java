package io.muster.store;

import io.muster.store.internal.client.WatchConnection;
import io.muster.store.internal.text.PrintableText;
import io.muster.store.internal.wire.KeyChanges;
import io.muster.store.internal.wire.KeyChanges.KeyChange;
import io.muster.store.internal.wire.Protocol;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A watcher of a {@link TcpStore}, with a connection of its own. */
final class TcpWatcher implements Watcher {
  private static final String OPERATION = "watch";

  private final WatchConnection connection;
  private final ClientCalls calls;
  private final String description;
  private final UnreturnedChanges unreturned;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile boolean closed;

  private TcpWatcher(
      WatchConnection connection, ClientCalls calls, String description, long revision) {
    this.connection = connection;
    this.calls = calls;
    this.description = description;
    this.unreturned = new UnreturnedChanges(revision);
  }

  /**
   * Begins to watch.
   *
   * @param after the revision after which to begin; negative for the current one
   */
  static TcpWatcher open(
      WatchConnection connection, ClientCalls calls, String store, String prefix, long after) {
    boolean opened = false;
    try {
      // Also with a known revision, so that the server keeps the changes from now on.
      WatchConnection.Reading now = calls.call(OPERATION, nanos -> connection.read(-1, nanos));
      long revision = after < 0 ? now.changes().revision() : after;
      TcpWatcher watcher = new TcpWatcher(connection, calls, description(prefix, store), revision);
      opened = true;
      return watcher;
    } finally {
      if (!opened) {
        connection.close();
      }
    }
  }

  /** The text that stands for a watcher in messages. */
  static String description(String prefix, String store) {
    return "the watcher of '" + PrintableText.of(prefix) + "' on " + store;
  }

  @Override
  public Optional<Change> next(Duration timeout) {
    Deadline deadline = Deadline.after(timeout);
    if (!busy.compareAndSet(false, true)) {
      throw new IllegalStateException("another thread waits for " + description);
    }
    try {
      requireOpen();
      while (unreturned.isEmpty()) {
        read();
        if (unreturned.isEmpty() && !await(deadline)) {
          return Optional.empty();
        }
      }
      return Optional.of(unreturned.take());
    } catch (RuntimeException e) {
      // Closing the watcher has closed its connection.
      requireOpen();
      throw e;
    } finally {
      busy.set(false);
    }
  }

  private boolean await(Deadline deadline) {
    long after = unreturned.readUpTo();
    return !deadline.hasPassed()
        && calls.call(OPERATION, () -> connection.await(after, deadline.remainingNanos()));
  }

  private void read() {
    long after = unreturned.readUpTo();
    WatchConnection.Reading reading = calls.call(OPERATION, nanos -> connection.read(after, nanos));
    KeyChanges changes = reading.changes();
    unreturned.add(changes.changes().stream().map(TcpWatcher::change).toList(), changes.revision());
    if (!reading.known()) {
      throw unreturned.missed(description, after);
    }
  }

  private static Change change(KeyChange change) {
    Change.Kind kind =
        switch (change.kind()) {
          case KeyChanges.SET -> Change.Kind.SET;
          case KeyChanges.DELETED -> Change.Kind.DELETED;
          default -> Change.Kind.CLEARED;
        };
    String key = KeyText.text(change.key());
    return new Change(
        kind,
        kind == Change.Kind.CLEARED ? "" : key.substring(Protocol.USER_KEY_PREFIX.length()),
        change.value(),
        change.revision());
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(description + " is closed");
    }
  }

  @Override
  public long revision() {
    return unreturned.revision();
  }

  @Override
  public void close() {
    closed = true;
    connection.close();
  }

  @Override
  public String toString() {
    return description;
  }
}
