package io.muster.collectives.internal.mesh;

/**
 * The end of a connection.
 *
 * @param rank the rank it led to
 * @param address where that rank listened, or a question mark
 * @param reason what happened, as in "rank 2 closed the connection"
 * @param byPeer whether the peer or the network ended it, rather than this rank
 * @param nanoTime when
 */
public record Loss(int rank, String address, String reason, boolean byPeer, long nanoTime) {
  @Override
  public String toString() {
    return "rank " + rank + " (" + address + ") " + reason;
  }
}
