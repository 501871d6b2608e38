package io.muster.collectives.internal.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.RankInfo;
import io.muster.fixtures.Background;
import io.muster.fixtures.FreePort;
import io.muster.store.Deadline;
import io.muster.store.HashStore;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rank 0 connects with the other ranks, as which the test acts. */
class FullMeshConnectorTest {
  private static final Duration SHORT = Duration.ofMillis(100);

  /** Greater than the addresses of the test's ranks, so that this rank connects to them. */
  private static final byte[] GREATER_IP = {127, 0, 0, 2};

  private static final byte[] IP = {127, 0, 0, 1};

  private final Store store = new HashStore();
  private Mesh mesh = mesh(GREATER_IP, 2);

  @AfterEach
  void close() {
    mesh.close(0);
  }

  private static Mesh mesh(byte[] ip, int size) {
    try {
      return new Mesh("test", 0, size, new InetSocketAddress(InetAddress.getByAddress(ip), 0));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void connect(int size, Duration timeout) throws IOException, InterruptedException {
    new FullMeshConnector(store, 0, size).connect(mesh, Deadline.after(timeout));
  }

  private void publish(int rank, InetSocketAddress address, int size) {
    store.set(
        String.valueOf(rank),
        RankInfo.encode(new byte[0], address, LongStream.range(0, size).toArray()));
  }

  private static InetSocketAddress address(ServerSocketChannel server) throws IOException {
    return (InetSocketAddress) server.getLocalAddress();
  }

  private static long greeting(ServerSocketChannel server) throws IOException {
    try (SocketChannel connection = server.accept()) {
      ByteBuffer greeting = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      // A rank of PyTorch reads once.
      assertThat(connection.read(greeting)).isEqualTo(Long.BYTES);
      return greeting.getLong(0);
    }
  }

  @Test
  void rankThatConnects_greetsWithTheIdentifierThatThePeerHasGivenIt()
      throws IOException, InterruptedException {
    try (ServerSocketChannel server = FreePort.bound()) {
      byte[] info = RankInfo.encode(new byte[0], address(server), 0, 1);
      ByteBuffer.wrap(info).order(ByteOrder.LITTLE_ENDIAN).putLong(info.length - 16, 4711);
      store.set("1", info);
      Background<Long> greeting = Background.call(() -> greeting(server));

      connect(2, Background.PATIENCE);

      assertThat(greeting.result()).isEqualTo(4711);
    }
  }

  @Test
  void rankThatConnects_greetsAPeerWithoutIdentifiersWithItsRank()
      throws IOException, InterruptedException {
    try (ServerSocketChannel server = FreePort.bound()) {
      publish(1, address(server), 0);
      Background<Long> greeting = Background.call(() -> greeting(server));

      connect(2, Background.PATIENCE);

      assertThat(greeting.result()).isZero();
    }
  }

  @Test
  void peerThatConnectsWhenItNeedsTo_isNotWaitedFor() throws IOException, InterruptedException {
    mesh.close(0);
    mesh = mesh(IP, 2);
    publish(1, new InetSocketAddress(InetAddress.getByAddress(GREATER_IP), 9), 0);

    connect(2, Background.PATIENCE);

    assertThat(mesh.peerFailures()).isEmpty();
  }

  @Test
  void peersThatHaveNotPublished_areNamed() throws IOException {
    mesh.close(0);
    mesh = mesh(GREATER_IP, 4);
    try (ServerSocketChannel server = FreePort.bound()) {
      publish(2, address(server), 4);

      assertThatExceptionOfType(MissingRanksException.class)
          .isThrownBy(() -> connect(4, SHORT))
          .withMessage("ranks [1, 3] have not published where they listen")
          .satisfies(e -> assertThat(e.ranks()).containsExactly(1, 3));
    }
  }

  /** As in a group: the missing keys that the store names have prefixes. */
  @Test
  void peersThatHaveNotPublished_areNamedWhateverThePrefixes() {
    Store prefixed = new PrefixStore("12//cpu/", new PrefixStore("7", store));

    assertThatExceptionOfType(MissingRanksException.class)
        .isThrownBy(
            () -> new FullMeshConnector(prefixed, 0, 2).connect(mesh, Deadline.after(SHORT)))
        .satisfies(e -> assertThat(e.ranks()).containsExactly(1));
  }

  @Test
  void peersThatHavePublishedButDoNotConnect_areNamed() throws IOException {
    mesh.close(0);
    mesh = mesh(IP, 3);
    try (ServerSocketChannel server =
        ServerSocketChannel.open()
            .bind(new InetSocketAddress(InetAddress.getByAddress(GREATER_IP), 0))) {
      publish(1, address(server), 3);
      publish(2, new InetSocketAddress(address(server).getAddress(), 1), 3);

      assertThatExceptionOfType(MissingRanksException.class)
          .isThrownBy(() -> connect(3, SHORT))
          .withMessage("ranks [1, 2] have not connected");
    }
  }

  @Test
  void peerWhereNobodyListens_isNamedWithItsAddress() throws IOException {
    InetSocketAddress nobody = new InetSocketAddress(InetAddress.getByAddress(IP), FreePort.find());
    publish(1, nobody, 2);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> connect(2, Background.PATIENCE))
        .withMessageContaining("rank 1 cannot be connected to at " + nobody)
        .withMessageContaining("refused");
  }

  @Test
  void peerWithThisRanksOwnAddress_isRefusedByName() {
    publish(1, mesh.address(), 2);

    assertThatThrownBy(() -> connect(2, Background.PATIENCE))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(
            "rank 1 has published address " + mesh.address() + ", which is this rank's own");
  }

  /** Fault D4. The connection is closed once it is known that the peer has another identifier. */
  @Test
  void strangerThatSaysAPeersRank_isNotTakenForIt() throws IOException, InterruptedException {
    try (ServerSocketChannel server = FreePort.bound();
        Socket stranger = stranger(1)) {
      publish(1, address(server), 2);

      connect(2, Background.PATIENCE);

      assertThat(stranger.getInputStream().read()).isEqualTo(-1);
      assertThat(mesh.peerFailures()).isEmpty();
    }
  }

  /** A peer that connects on first use sends its rank, but here this rank connects to the peer. */
  @Test
  void strangerInTheNameOfAPeerWithoutIdentifiers_thatThisRankConnectsTo_isLetGo()
      throws IOException, InterruptedException {
    try (ServerSocketChannel server = FreePort.bound();
        Socket stranger = stranger(1)) {
      publish(1, address(server), 0);

      connect(2, Background.PATIENCE);

      assertThat(stranger.getInputStream().read()).isEqualTo(-1);
      assertThat(mesh.peerFailures()).isEmpty();
    }
  }

  /** As above, before this rank has connected, when nothing else would refuse the connection. */
  @Test
  void strangerInTheNameOfAPeer_thatThisRankIsToConnectTo_isLetGo() throws IOException {
    try (Socket stranger = stranger(1)) {
      mesh.learnPeer(new RankInfo(1, "host", mesh.address(), 0, 0), false);

      assertThat(stranger.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** Such a peer may connect before this rank has read its published value. */
  @Test
  void peerWithoutIdentifiers_thatConnectsEarly_isHeldAndTaken()
      throws IOException, InterruptedException {
    mesh.close(0);
    mesh = mesh(IP, 2);
    try (Socket peer = stranger(1);
        Socket later = stranger(Long.MAX_VALUE)) {
      // When this connection has been refused, the I/O thread has read the rank that the peer sent.
      assertThat(later.getInputStream().read()).isEqualTo(-1);
      CompletableFuture<Boolean> looped = new CompletableFuture<>();
      mesh.loop().schedule(0, () -> looped.complete(true));
      assertThat(looped).succeedsWithin(Background.PATIENCE);
      publish(1, new InetSocketAddress(InetAddress.getByAddress(GREATER_IP), 9), 0);

      connect(2, Background.PATIENCE);

      assertThat(mesh.awaitConnected(List.of(1), Background.PATIENCE.toNanos())).isEmpty();
      assertThat(mesh.peerFailures()).isEmpty();
      assertThat(peer.isConnected()).isTrue();
    }
  }

  @Test
  void strangersThatSayARankBeforeItIsKnown_areHeldInLimitedNumber() throws IOException {
    List<Socket> strangers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      strangers.add(stranger(1));
    }

    awaitClosed(strangers.get(0));
    mesh.close(0);
    awaitClosed(strangers.get(199));
    for (Socket stranger : strangers) {
      stranger.close();
    }
  }

  private static void awaitClosed(Socket socket) {
    try {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection is still open", e);
    } catch (IOException e) {
      // A reset: the other side has closed the connection with bytes unread.
    }
  }

  private Socket stranger(long identifier) throws IOException {
    Socket socket = new Socket(mesh.address().getAddress(), mesh.address().getPort());
    socket.setSoTimeout((int) Background.PATIENCE.toMillis());
    ByteBuffer greeting = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    socket.getOutputStream().write(greeting.putLong(identifier).array());
    return socket;
  }

  @Test
  void identifiers_areDifferentLargeNumbers() {
    mesh.close(0);
    mesh = mesh(IP, 100);
    long[] identifiers = mesh.identifiers();
    mesh.close(0);
    mesh = mesh(IP, 100);

    assertThat(identifiers).hasSize(100).doesNotHaveDuplicates();
    assertThat(LongStream.of(identifiers)).allMatch(one -> one > Integer.MAX_VALUE);
    assertThat(mesh.identifiers()).doesNotContain(identifiers);
  }

  @Test
  void nonsense_isRefusedByName() {
    store.set("1", "nonsense");

    assertThatThrownBy(() -> connect(2, Background.PATIENCE))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageStartingWith("rank 1 has published ");
  }

  @Test
  void interrupt_beforeItConnects_throwsInterruptedException() throws IOException {
    try (ServerSocketChannel server = FreePort.bound()) {
      publish(1, address(server), 2);
      Background<Boolean> interrupted =
          Background.call(
              () -> {
                Thread.currentThread().interrupt();
                connect(2, Background.PATIENCE);
                return true;
              });

      assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
    }
  }
}
