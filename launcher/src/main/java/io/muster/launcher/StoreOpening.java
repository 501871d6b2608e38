package io.muster.launcher;

import io.muster.launcher.internal.nodes.RunStore;
import io.muster.store.NetworkException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Decides whether this node hosts the store. */
final class StoreOpening {
  private static final Logger LOG = System.getLogger(StoreOpening.class.getName());

  private StoreOpening() {}

  /**
   * Hosts the store, or leaves that to another process.
   *
   * @param lost called on another thread if a hosted store stops by itself
   * @throws NetworkException if this node has to host the store and cannot
   */
  static RunStore open(WorldSpec spec, Runnable lost) {
    String address = spec.masterAddress();
    int port = spec.masterPort();
    return switch (spec.nodes().hosting()) {
      case ALWAYS -> RunStore.host(address, port, lost);
      case NEVER -> RunStore.at(address, port, "");
      case NODE_ZERO ->
          spec.nodes().rank().orElse(-1) == 0
              ? RunStore.host(address, port, lost)
              : RunStore.at(address, port, "");
      case OWN_ADDRESS -> hostIfOwn(address, port, lost);
    };
  }

  private static RunStore hostIfOwn(String address, int port, Runnable lost) {
    try {
      return RunStore.host(address, port, lost);
    } catch (NetworkException e) {
      LOG.log(Level.DEBUG, "another process hosts the store: {0}", e.getMessage());
      return RunStore.at(address, port, String.valueOf(e.getMessage()));
    }
  }
}
