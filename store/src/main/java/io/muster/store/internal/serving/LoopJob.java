package io.muster.store.internal.serving;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A job of an {@link EventLoop}: its state, its listening sockets and its connections. */
final class LoopJob {
  final ServerState state;
  final Poller.Listener listener;

  /** The connections that are not closed. */
  final Set<EventLoopConnection> connections = new HashSet<>();

  private final @Nullable ResetWhenIdle resetWhenIdle;

  /**
   * A job without clients.
   *
   * @param resetWhenIdle null if its keys stay when its world has gone
   */
  LoopJob(ServerState state, Poller.Listener listener, @Nullable ResetWhenIdle resetWhenIdle) {
    this.state = state;
    this.listener = listener;
    this.resetWhenIdle = resetWhenIdle;
  }

  /**
   * Deletes all keys and queues if the world has gone and the time for it has come.
   *
   * @return the time until then; {@link Long#MAX_VALUE} if there is none
   */
  long clearIfIdle(RateLimitedLog log) {
    WorldClients world = state.world;
    ResetWhenIdle reset = resetWhenIdle;
    if (world == null || reset == null || !world.isIdle()) {
      return Long.MAX_VALUE;
    }
    long left = world.nanosLeft();
    if (left > 0) {
      return left;
    }
    int keys = state.keyspace.size();
    state.clear();
    world.cleared();
    if (keys > 0) {
      log.info(() -> reset.whenCleared().accept(keys));
    }
    return Long.MAX_VALUE;
  }

  /** Disconnects all clients, and deletes all keys and queues. */
  void reset(String reason) {
    for (EventLoopConnection connection : connections) {
      connection.disconnect(reason);
    }
    state.clear();
  }
}
