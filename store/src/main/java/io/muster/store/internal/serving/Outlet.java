package io.muster.store.internal.serving;

import io.muster.store.internal.wire.WireOutput;

/** The way back to one client. */
interface Outlet {
  /** Where the replies to the request that is being served go, in order. */
  WireOutput replies();

  /**
   * Tells the client that its wait has ended, while another client's request is being served. It
   * must not block.
   */
  void endWait();
}
