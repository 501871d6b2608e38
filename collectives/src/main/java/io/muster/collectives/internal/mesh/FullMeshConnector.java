package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.ConnectDirection;
import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.RankInfo;
import io.muster.store.Deadline;
import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import io.muster.store.internal.concurrent.Closeables;
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
 * Connects this rank with all other ranks of its group, which publish their addresses in a store.
 */
public final class FullMeshConnector {
  /** A host name that no PyTorch rank has, so that no rank assumes to be on the same host. */
  private static final byte[] HOST = "muster".getBytes(StandardCharsets.US_ASCII);

  private static final int ATTEMPTS = 3;
  private static final long MAX_CONNECT_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Store store;
  private final int rank;
  private final int size;

  /**
   * A connector of one rank.
   *
   * @param store the part of the store that belongs to the device of the group; its keys are ranks
   */
  public FullMeshConnector(Store store, int rank, int size) {
    this.store = store;
    this.rank = rank;
    this.size = size;
  }

  /**
   * Publishes the address of the mesh, and blocks until the mesh is connected with all other ranks,
   * except PyTorch ranks that connect on first use.
   *
   * @throws MissingRanksException if ranks are missing at the deadline
   * @throws IOException if a rank is unreachable, or has published an invalid value
   */
  public void connect(Mesh mesh, Deadline deadline) throws IOException, InterruptedException {
    store.set(String.valueOf(rank), RankInfo.encode(HOST, mesh.address(), mesh.identifiers()));
    List<Integer> awaited = new ArrayList<>();
    for (RankInfo info : readRankInfos(deadline)) {
      int peer = info.rank();
      boolean connects = isOutgoing(mesh, info, peer);
      mesh.learnPeer(info, !connects);
      if (connects) {
        attach(mesh, peer, connectTo(info, peer, deadline));
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
        Closeables.closeQuietly(connection);
      }
    }
  }

  private List<RankInfo> readRankInfos(Deadline deadline) throws IOException {
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

  /** The rank at the end of a key, which may have prefixes. */
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
      // A store of the caller may support get only, which waits too.
    }
  }

  private RankInfo decode(byte[] value, int peer) throws MalformedMessageException {
    try {
      return RankInfo.decode(value, peer, rank, size);
    } catch (MalformedMessageException e) {
      throw new MalformedMessageException("rank " + peer + " has published " + e.getMessage());
    }
  }

  private static boolean isOutgoing(Mesh mesh, RankInfo info, int peer)
      throws MalformedMessageException {
    try {
      return ConnectDirection.isOutgoing(mesh.address(), info.address());
    } catch (MalformedMessageException e) {
      throw new MalformedMessageException("rank " + peer + " has published " + e.getMessage());
    }
  }

  private static SocketChannel connectTo(RankInfo info, int peer, Deadline deadline)
      throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return connectTo(info.address(), info.identifierOfReader(), deadline);
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
                      ? "; it listens on loopback: set GLOO_SOCKET_IFNAME there if it is on"
                          + " another host"
                      : ""),
              e);
        }
      }
    }
  }

  private static SocketChannel connectTo(
      InetSocketAddress address, long identifier, Deadline deadline) throws IOException {
    SocketChannel channel = SocketChannel.open();
    boolean sent = false;
    try {
      long nanos = Math.max(1, Math.min(deadline.remainingNanos(), MAX_CONNECT_NANOS));
      channel.socket().connect(address, (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
      // In one write, because a PyTorch rank reads it with a single call.
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(bytes.putLong(identifier).flip());
      sent = true;
      return channel;
    } finally {
      if (!sent) {
        Closeables.closeQuietly(channel);
      }
    }
  }
}
