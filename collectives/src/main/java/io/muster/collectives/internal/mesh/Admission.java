package io.muster.collectives.internal.mesh;

import io.muster.store.internal.concurrent.Closeables;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Decides which peer has opened a connection, from the identifier that the connection begins with.
 *
 * <p>This rank publishes a random identifier per peer, so that only a process that can read the
 * store can connect as one of the peers. A PyTorch rank that publishes no identifiers itself,
 * because it connects on first use, ignores these identifiers and sends its rank. A rank is
 * accepted from such peers only. A connection that sends a rank is held until the way in which that
 * peer connects is known.
 *
 * <p>All methods except {@link #identifiers} are called on the I/O thread.
 */
final class Admission implements Listener.PeerAcceptor {
  /** The maximum number of held connections. Another one replaces the oldest, which is closed. */
  private static final int MAX_HELD = 64;

  /** Accepts the connections of peers. */
  interface Receiver {
    /** Called when a peer has connected. */
    void connected(int peer, SocketChannel connection) throws IOException;
  }

  private record Held(int peer, SocketChannel connection) {}

  private final int size;
  private final Receiver receiver;
  private final long[] identifiers;
  private final Map<Long, Integer> peerOf = new HashMap<>();

  /** Whether a peer connects to this rank and sends its rank; for peers of which that is known. */
  private final Map<Integer, Boolean> identifiesByRank = new HashMap<>();

  private final ArrayDeque<Held> held = new ArrayDeque<>();

  Admission(int rank, int size, Receiver receiver) {
    this.size = size;
    this.receiver = receiver;
    this.identifiers = new long[size];
    identifiesByRank.put(rank, false);
    SecureRandom random = new SecureRandom();
    for (int peer = 0; peer < size; peer++) {
      do {
        identifiers[peer] = random.nextLong() >>> 1;
        // Neither a rank nor the identifier of another peer.
      } while (identifiers[peer] <= Integer.MAX_VALUE
          || peerOf.putIfAbsent(identifiers[peer], peer) != null);
    }
  }

  /** The identifiers that the connections of the peers begin with, by rank. */
  long[] identifiers() {
    return identifiers.clone();
  }

  @Override
  public void admit(long identifier, SocketChannel connection) throws IOException {
    Integer peer = peerOf.get(identifier);
    if (peer != null) {
      receiver.connected(peer, connection);
    } else if (identifier < 0 || identifier >= size) {
      throw new IOException(
          "it began with " + identifier + ", which is not an identifier of this group");
    } else if (identifiesByRank.containsKey((int) identifier)) {
      admitByRank((int) identifier, connection);
    } else {
      if (held.size() == MAX_HELD) {
        Closeables.closeQuietly(held.remove().connection);
      }
      held.add(new Held((int) identifier, connection));
    }
  }

  private void admitByRank(int peer, SocketChannel connection) throws IOException {
    if (!identifiesByRank.getOrDefault(peer, false)) {
      throw new IOException("it began with " + peer + ", but that rank has another identifier");
    }
    receiver.connected(peer, connection);
  }

  /** Sets whether a peer connects to this rank and sends its rank. Decides on held connections. */
  void setConnectMode(int peer, boolean connectsByRank) {
    identifiesByRank.put(peer, connectsByRank);
    for (Iterator<Held> i = held.iterator(); i.hasNext(); ) {
      Held one = i.next();
      if (one.peer == peer) {
        i.remove();
        admitHeld(one);
      }
    }
  }

  private void admitHeld(Held one) {
    boolean admitted = false;
    try {
      admitByRank(one.peer, one.connection);
      admitted = true;
    } catch (IOException e) {
      // Closed below.
    } finally {
      if (!admitted) {
        Closeables.closeQuietly(one.connection);
      }
    }
  }

  /** Closes the held connections. */
  void close() {
    held.forEach(one -> Closeables.closeQuietly(one.connection));
    held.clear();
  }
}
