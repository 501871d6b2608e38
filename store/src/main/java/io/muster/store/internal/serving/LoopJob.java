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

  /** Disconnects all clients, and deletes all keys and queues. */
  void reset(String reason) {
    for (EventLoopConnection connection : connections) {
      connection.disconnect(reason);
    }
    state.clear();
  }
}
