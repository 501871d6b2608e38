package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.ConnectDirection;
import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.RankInfo;
import io.muster.store.Deadline;
import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Connects each rank of a group with each other rank. The ranks publish their addresses in the
 * store.
 */
public final class FullMeshConnector {
  /** No PyTorch rank has this name, so none takes a Muster rank for a neighbour on its machine. */
  private static final byte[] HOST = "muster".getBytes(StandardCharsets.US_ASCII);

  private static final int ATTEMPTS = 3;
  private static final long MAX_CONNECT_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Store store;
  private final int rank;
  private final int size;

  /**
   * For a rank of a group.
   *
   * @param store the part of the store that is this group's and this device's; the keys are ranks
   */
  public FullMeshConnector(Store store, int rank, int size) {
    this.store = store;
    this.rank = rank;
    this.size = size;
  }

  /**
   * Publishes the address of the mesh, and connects it with all others. Ranks of PyTorch that
   * connect only when they need to are not waited for.
   *
   * @throws MissingRanksException if some have not come in time
   * @throws IOException if a rank cannot be connected to, or has published nonsense
   */
  public void connect(Mesh mesh, Deadline deadline) throws IOException, InterruptedException {
    store.set(String.valueOf(rank), RankInfo.encode(HOST, mesh.address(), mesh.identifiers()));
    List<Integer> awaited = new ArrayList<>();
    for (RankInfo info : others(deadline)) {
      int peer = info.rank();
      boolean connects = initiative(mesh, info, peer);
      mesh.note(info, !connects);
      if (connects) {
        attach(mesh, peer, dial(info, peer, deadline));
      } else if (info.connectsAtOnce()) {
        awaited.add(peer);
      }
    }
    List<Integer> missing = mesh.awaitConnected(awaited, deadline.remainingNanos());
    if (!missing.isEmpty()) {
      throw new MissingRanksException("have not connected", missing);
    }
  }

  private static void attach(Mesh mesh, int peer, SocketChannel connection) throws IOException {
    boolean attached = false;
    try {
      mesh.attach(peer, connection);
      attached = true;
    } finally {
      if (!attached) {
        Quietly.close(connection);
      }
    }
  }

  private List<RankInfo> others(Deadline deadline) throws IOException {
    List<Integer> peers = IntStream.range(0, size).filter(peer -> peer != rank).boxed().toList();
    List<String> keys = peers.stream().map(String::valueOf).toList();
    try {
      awaitKeys(keys, deadline);
      List<byte[]> values = store.multiGet(keys);
      List<RankInfo> infos = new ArrayList<>(values.size());
      for (int i = 0; i < values.size(); i++) {
        infos.add(decode(values.get(i), peers.get(i)));
      }
      return infos;
    } catch (StoreTimeoutException e) {
      List<Integer> missing =
          e.missingKeys().isEmpty()
              ? peers
              : e.missingKeys().stream().map(FullMeshConnector::rankOf).toList();
      throw new MissingRanksException("have not published where they listen", missing);
    }
  }

  /** The last part of a key, before which a store may have put prefixes of its own. */
  private static int rankOf(String key) {
    return Integer.parseInt(key.substring(key.lastIndexOf('/') + 1));
  }

  private void awaitKeys(List<String> keys, Deadline deadline) {
    if (keys.isEmpty()) {
      return;
    }
    try {
      store.await(deadline.remaining(), keys);
    } catch (UnsupportedOperationException e) {
      // A user's own store may have nothing to wait with but get.
    }
  }

  private RankInfo decode(byte[] value, int peer) throws MalformedMessageException {
    try {
      return RankInfo.decode(value, peer, rank, size);
    } catch (MalformedMessageException e) {
      throw new MalformedMessageException("rank " + peer + " has published " + e.getMessage());
    }
  }

  private static boolean initiative(Mesh mesh, RankInfo info, int peer)
      throws MalformedMessageException {
    try {
      return ConnectDirection.isWith(mesh.address(), info.address());
    } catch (MalformedMessageException e) {
      throw new MalformedMessageException("rank " + peer + " has published " + e.getMessage());
    }
  }

  private static SocketChannel dial(RankInfo info, int peer, Deadline deadline)
      throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return dial(info.address(), info.identifierOfReader(), deadline);
      } catch (ClosedByInterruptException e) {
        Thread.interrupted();
        throw new InterruptedException("interrupted while connecting to rank " + peer);
      } catch (IOException e) {
        if (attempt == ATTEMPTS || deadline.hasPassed()) {
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "rank %d cannot be connected to at %s: %s%s",
                  peer,
                  info.address(),
                  e.getMessage(),
                  info.address().getAddress().isLoopbackAddress()
                      ? "; it listens on loopback, so on another host it must be told an"
                          + " interface by GLOO_SOCKET_IFNAME"
                      : ""),
              e);
        }
      }
    }
  }

  private static SocketChannel dial(InetSocketAddress address, long identifier, Deadline deadline)
      throws IOException {
    SocketChannel channel = SocketChannel.open();
    boolean greeted = false;
    try {
      long nanos = Math.max(1, Math.min(deadline.remainingNanos(), MAX_CONNECT_NANOS));
      channel.socket().connect(address, (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
      // In one piece: a PyTorch rank reads it with a single call.
      ByteBuffer greeting = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(greeting.putLong(identifier).flip());
      greeted = true;
      return channel;
    } finally {
      if (!greeted) {
        Quietly.close(channel);
      }
    }
  }
}
