package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;

/**
 * What one run of a collective sees of its group: messages of its own to and from the other ranks.
 * Messages between two ranks arrive in the order they were sent. All buffers are direct and in
 * little-endian order; what is between position and limit counts, and neither moves.
 *
 * <p>Used by one thread. Whatever goes wrong is thrown by {@link PendingMessage#await}.
 */
public interface Channel {
  /** The rank of this process in the group. */
  int rank();

  /** How many ranks the group has. */
  int size();

  /**
   * Posts a message to a rank. Does not block. The bytes must stay as they are until the transfer
   * is over, or until an answer proves that they have arrived.
   */
  PendingMessage send(int rank, ByteBuffer data);

  /**
   * Posts a receive of the next message from a rank. The message must fill {@code into}; that of a
   * broadcast may be shorter. Does not block.
   */
  PendingMessage receive(int rank, ByteBuffer into);

  /** Memory for this run, which is gone when the run ends. Its content is arbitrary. */
  ByteBuffer scratch(int bytes);
}
