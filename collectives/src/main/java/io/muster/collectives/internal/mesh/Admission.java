package io.muster.collectives.internal.mesh;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Decides which peer a connection comes from, by the identifier that it begins with.
 *
 * <p>This rank publishes a random identifier for each peer, so that only those who can read the
 * store can connect in the name of one. A peer of PyTorch that publishes no identifiers itself, as
 * one that connects when it needs to, ignores this rank's and says its own rank. That counts only
 * for such peers. What says a rank before it is known how that peer connects is held until then.
 *
 * <p>All but {@link #identifiers} is used on the thread of the connections.
 */
final class Admission implements Listener.PeerAcceptor {
  /** How many connections may be held at a time; beyond that the oldest is closed. */
  private static final int MAX_HELD = 64;

  /** What takes the connections of peers. */
  interface Receiver {
    /** A peer has connected. */
    void connected(int peer, SocketChannel connection) throws IOException;
  }

  private record Held(int peer, SocketChannel connection) {}

  private final int size;
  private final Receiver receiver;
  private final long[] identifiers;
  private final Map<Long, Integer> peerOf = new HashMap<>();

  /** For the peers that are known, whether they connect to this rank and say their rank. */
  private final Map<Integer, Boolean> saysItsRank = new HashMap<>();

  private final ArrayDeque<Held> held = new ArrayDeque<>();

  Admission(int rank, int size, Receiver receiver) {
    this.size = size;
    this.receiver = receiver;
    this.identifiers = new long[size];
    saysItsRank.put(rank, false);
    SecureRandom random = new SecureRandom();
    for (int peer = 0; peer < size; peer++) {
      do {
        identifiers[peer] = random.nextLong() >>> 1;
        // No rank, and none that another peer has.
      } while (identifiers[peer] <= Integer.MAX_VALUE
          || peerOf.putIfAbsent(identifiers[peer], peer) != null);
    }
  }

  /** The identifiers for the peers to begin their connections with, by rank. */
  long[] identifiers() {
    return identifiers.clone();
  }

  @Override
  public void admit(long identifier, SocketChannel connection) throws IOException {
    Integer peer = peerOf.get(identifier);
    if (peer != null) {
      receiver.connected(peer, connection);
    } else if (identifier < 0 || identifier >= size) {
      throw new IOException("it began with " + identifier + ", which no rank was told");
    } else if (saysItsRank.containsKey((int) identifier)) {
      admitByRank((int) identifier, connection);
    } else {
      if (held.size() == MAX_HELD) {
        Quietly.close(held.remove().connection);
      }
      held.add(new Held((int) identifier, connection));
    }
  }

  private void admitByRank(int peer, SocketChannel connection) throws IOException {
    if (!saysItsRank.getOrDefault(peer, false)) {
      throw new IOException("it began with " + peer + ", but that rank was told something else");
    }
    receiver.connected(peer, connection);
  }

  /** It is known now how a peer connects. */
  void learn(int peer, boolean connectsByRank) {
    saysItsRank.put(peer, connectsByRank);
    for (Iterator<Held> i = held.iterator(); i.hasNext(); ) {
      Held one = i.next();
      if (one.peer == peer) {
        i.remove();
        judge(one);
      }
    }
  }

  private void judge(Held one) {
    boolean admitted = false;
    try {
      admitByRank(one.peer, one.connection);
      admitted = true;
    } catch (IOException e) {
      // Closed below.
    } finally {
      if (!admitted) {
        Quietly.close(one.connection);
      }
    }
  }

  /** Closes the connections that are held. */
  void close() {
    held.forEach(one -> Quietly.close(one.connection));
    held.clear();
  }
}
