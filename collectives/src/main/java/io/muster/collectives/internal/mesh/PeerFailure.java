package io.muster.collectives.internal.mesh;

import org.jspecify.annotations.Nullable;

/**
 * The end of the connection with a peer.
 *
 * @param rank the peer
 * @param address the address that the peer listened on; a question mark if unknown
 * @param reason completes a sentence that begins with the peer, as in "closed the connection"
 * @param isLocal whether this rank closed the connection, so that the peer is not to blame
 * @param cause the exception on this rank that is the reason; null if there is none
 * @param nanoTime the time of the end, as of {@link System#nanoTime}
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
