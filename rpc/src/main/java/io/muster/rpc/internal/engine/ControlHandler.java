package io.muster.rpc.internal.engine;

import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.wire.Control;

/** Applies the control messages of other workers. Thread-safe. */
final class ControlHandler {
  private final OwnedObjects owned;
  private final UnacknowledgedReferences unacknowledged;

  ControlHandler(OwnedObjects owned, UnacknowledgedReferences unacknowledged) {
    this.owned = owned;
    this.unacknowledged = unacknowledged;
  }

  /**
   * Applies a message.
   *
   * @throws RefusedException if the object of the message is gone
   */
  void apply(Control control) throws RefusedException {
    switch (control.kind()) {
      case PING -> {}
      case HOLD -> {
        if (!owned.hold(control.object(), control.caller(), control.number())) {
          throw new RefusedException(FunctionInvoker.OBJECT_GONE);
        }
      }
      case RELEASE -> owned.release(control.object(), control.caller(), control.number());
      case RECEIVED -> unacknowledged.acknowledge(control.number());
    }
  }
}
