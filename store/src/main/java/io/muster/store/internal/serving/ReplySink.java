package io.muster.store.internal.serving;

import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.WireOutput;

/** Where the replies to one client go. */
interface ReplySink {
  /** Where the replies to the request that is being served go, in order. */
  WireOutput replies();

  /**
   * Sends the client the end of its wait, or of the waits that {@link Session#takeEnds} returns,
   * while another client's request is being served. It must not block.
   */
  void sendWakeup();

  /**
   * Disconnects the client and forgets what it is sending and being sent, while another client's
   * request is being served. It neither blocks nor throws.
   */
  void evict(LimitException reason);

  /**
   * Called when the command that the client awaits was applied or has failed, while no client's
   * request is being served. Calls {@link Session#answer} before it returns. It does not throw.
   */
  void committed();

  /** Whether the replies are copied, or sent, before {@link #replies} returns from a flush. */
  boolean copiesReplies();
}
