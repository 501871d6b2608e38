package io.muster.collectives.internal.mesh;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The failed peers of a {@link Mesh}, and the addresses of all peers, which failures name. Guarded
 * by the lock of the mesh; {@link #inOrder} and {@link #count} need no lock.
 */
final class PeerFailures {
  private final @Nullable PeerFailure[] byRank;

  /** The addresses as far as they are known. */
  private final @Nullable String[] addresses;

  private final List<PeerFailure> inOrder = new CopyOnWriteArrayList<>();

  /**
   * No failures.
   *
   * @param size the number of ranks
   */
  PeerFailures(int size) {
    this.byRank = new @Nullable PeerFailure[size];
    this.addresses = new @Nullable String[size];
  }

  boolean knowsAddress(int peer) {
    return addresses[peer] != null;
  }

  void setAddress(int peer, String address) {
    addresses[peer] = address;
  }

  /** The failure of a peer; null if it has not failed. */
  @Nullable PeerFailure of(int peer) {
    return byRank[peer];
  }

  /** The failures in the order of their time. */
  List<PeerFailure> inOrder() {
    return List.copyOf(inOrder);
  }

  int count() {
    return inOrder.size();
  }

  /** Whether all ranks but this one have failed. */
  boolean areOfAllPeers() {
    return inOrder.size() == byRank.length - 1;
  }

  /** Records that a peer has failed, unless it has failed before; returns its first failure. */
  PeerFailure record(int peer, String reason, boolean isLocal, @Nullable Throwable cause) {
    PeerFailure failure = byRank[peer];
    if (failure == null) {
      String address = addresses[peer];
      failure =
          new PeerFailure(
              peer, address == null ? "?" : address, reason, isLocal, cause, System.nanoTime());
      inOrder.add(failure);
      byRank[peer] = failure;
    }
    return failure;
  }
}
