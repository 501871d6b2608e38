package io.muster.store.internal.serving;

import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.WireOutput;

/** The way back to one client. */
interface Outlet {
  /** Where the replies to the request that is being served go, in order. */
  WireOutput replies();

  /**
   * Tells the client that its wait has ended, or whatever {@link Session#takeEnds} has to tell,
   * while another client's request is being served. It must not block.
   */
  void endWait();

  /**
   * Disconnects the client and forgets what it is sending and being sent, while another client's
   * request is being served. It neither blocks nor throws.
   */
  void evict(LimitException reason);

  /** Whether the replies are copied, or sent, before {@link #replies} returns from a flush. */
  boolean copiesReplies();
}
