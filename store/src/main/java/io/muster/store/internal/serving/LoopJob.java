package io.muster.store.internal.serving;

import java.util.HashSet;
import java.util.Set;

/** A job of an {@link EventLoop}: its state, its listening sockets and its connections. */
final class LoopJob {
  final ServerState state;
  final Poller.Listener listener;

  /** The connections that are not closed. */
  final Set<EventLoopConnection> connections = new HashSet<>();

  LoopJob(ServerState state, Poller.Listener listener) {
    this.state = state;
    this.listener = listener;
  }

  /**
   * Deletes all keys and queues if the world has gone and the time for it has come.
   *
   * @return the nanoseconds until then; {@link Long#MAX_VALUE} if nothing is to be deleted
   */
  long clearIfIdle(RateLimitedLog log) {
    WorldClients world = state.world;
    if (world == null || !world.isIdle()) {
      return Long.MAX_VALUE;
    }
    long left = world.nanosLeft();
    if (left > 0) {
      return left;
    }
    int keys = state.keyspace.size();
    state.clear(() -> {});
    world.cleared(keys, log);
    return Long.MAX_VALUE;
  }

  /**
   * Disconnects all clients, and deletes all keys and queues. Clients that connect before the keys
   * are deleted have seen them, and are disconnected then.
   *
   * @param whenDone called once the keys are deleted
   */
  void reset(String reason, Runnable whenDone) {
    disconnectClients(reason);
    state.clear(
        () -> {
          disconnectClients(reason);
          whenDone.run();
        });
  }

  void disconnectClients(String reason) {
    for (EventLoopConnection connection : connections) {
      connection.disconnect(reason);
    }
  }
}
