package io.muster.collectives.internal.mesh;

import org.jspecify.annotations.Nullable;

/**
 * The end of a connection.
 *
 * @param rank the rank it led to
 * @param address where that rank listened, or a question mark
 * @param reason what happened, as in "rank 2 closed the connection"
 * @param isLocal whether this rank ended the connection for a reason of its own, so that the other
 *     rank is not to blame
 * @param cause what was thrown on this rank, if that is the reason
 * @param nanoTime when
 */
public record PeerFailure(
    int rank,
    String address,
    String reason,
    boolean isLocal,
    @Nullable Throwable cause,
    long nanoTime) {
  @Override
  public String toString() {
    return "rank " + rank + " (" + address + ") " + reason;
  }
}
