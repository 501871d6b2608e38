package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;

/**
 * The messages of one collective between this rank and the other ranks of the group. Messages
 * between two ranks arrive in the order in which they are sent. All buffers are direct and in
 * little-endian order. A message consists of the bytes between position and limit, which do not
 * change.
 *
 * <p>Used by one thread. Failures are thrown by {@link Message#await}.
 */
public interface Channel {
  /** The rank of this process in the group. */
  int rank();

  /** The number of ranks in the group. */
  int size();

  /**
   * Posts a send to a rank. Does not block. The bytes must not change until the message is done, or
   * until a message from the receiver proves that they have arrived.
   */
  Message send(int rank, ByteBuffer data);

  /**
   * Posts a receive of the next message from a rank. Does not block. The message must be as long as
   * {@code into}; that of a broadcast may be shorter.
   */
  Message receive(int rank, ByteBuffer into);

  /** Direct memory with arbitrary contents, which the collective owns until it ends. */
  ByteBuffer scratch(int bytes);
}
