package io.muster.rpc.internal.engine;

import io.muster.rpc.internal.transport.ResponseListener;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.world.WorkerInfo;

/** Sends control messages to other workers. Thread-safe. */
interface ControlMessenger {
  /**
   * Sends a control message. Does not block.
   *
   * @param outcome is called by any thread, which must not block
   */
  void send(WorkerInfo worker, Control message, ResponseListener outcome);
}
