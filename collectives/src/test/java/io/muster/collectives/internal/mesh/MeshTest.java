package io.muster.collectives.internal.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.collectives.internal.wire.Preamble;
import io.muster.collectives.internal.wire.Preamble.Kind;
import io.muster.collectives.internal.wire.RankInfo;
import io.muster.fixtures.Background;
import io.muster.fixtures.Ipv6;
import io.muster.store.Deadline;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The connections and messages of a world, without collectives. */
class MeshTest {
  private static final long SLOT = 7;
  private static final InetSocketAddress IPV4 = loopback(new byte[] {127, 0, 0, 1});

  private final List<Mesh> meshes = new ArrayList<>();

  @AfterEach
  void close() {
    meshes.forEach(mesh -> mesh.close(0));
  }

  private static InetSocketAddress loopback(byte[] ip) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(ip), 0);
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private Mesh mesh(int rank, int size, InetSocketAddress address) throws IOException {
    Mesh mesh = new Mesh("test-mesh-" + rank, rank, size, address);
    meshes.add(mesh);
    return mesh;
  }

  private List<Mesh> world(int size, InetSocketAddress address) throws IOException {
    Store store = new HashStore();
    for (int rank = 0; rank < size; rank++) {
      mesh(rank, size, address);
    }
    List<Background<Boolean>> connecting =
        IntStream.range(0, size)
            .mapToObj(
                rank ->
                    Background.call(
                        () -> {
                          new FullMeshConnector(store, rank, size)
                              .connect(meshes.get(rank), Deadline.after(Background.PATIENCE));
                          return true;
                        }))
            .toList();
    connecting.forEach(rank -> assertThat(rank.result()).isTrue());
    return meshes;
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(values.length);
    for (int i = 0; i < values.length; i++) {
      bytes.put(i, (byte) values[i]);
    }
    return bytes;
  }

  private static void awaitOver(PostedMessage posted) {
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    posted.whenOver(() -> over.complete(true));
    assertThat(over).succeedsWithin(Background.PATIENCE);
  }

  private static void assertMessageArrives(Mesh from, Mesh to, int receiver) {
    ByteBuffer place = bytes(0, 0, 0);
    PostedMessage receipt = to.receiveFromAnyone(SLOT, place);
    PostedMessage send = from.send(receiver, SLOT, bytes(1, 2, 3));
    awaitOver(send);
    awaitOver(receipt);
    assertThat(receipt.isDone()).isTrue();
    assertThat(place).isEqualTo(bytes(1, 2, 3));
  }

  @Test
  void messages_goOverIpv6() throws IOException {
    assumeTrue(Ipv6.isHere());
    byte[] ip = new byte[16];
    ip[15] = 1;
    List<Mesh> world = world(3, loopback(ip));

    assertThat(world.get(0).address().getAddress().getAddress()).isEqualTo(ip);
    assertMessageArrives(world.get(0), world.get(2), 2);
    assertMessageArrives(world.get(2), world.get(1), 1);
  }

  @Test
  void messageThatIsPosted_isNotSentBeforeTheOtherAsksForIt() throws IOException {
    List<Mesh> world = world(2, IPV4);
    PostedMessage send = world.get(0).send(1, SLOT, bytes(1, 2, 3));
    assertMessageArrives(world.get(1), world.get(0), 0);

    assertThat(send.isOver()).isFalse();

    ByteBuffer place = bytes(0, 0, 0);
    awaitOver(world.get(1).receive(0, SLOT, place));
    awaitOver(send);
    assertThat(place).isEqualTo(bytes(1, 2, 3));
  }

  @Test
  void messageFromAnyone_toARankThatIsAlone_isRefused() throws IOException {
    Mesh alone = mesh(0, 1, IPV4);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> alone.receiveFromAnyone(SLOT, bytes(0)))
        .withMessageContaining("at least 2 ranks");
  }

  @Test
  void messageFromAnyone_isLostWithTheLastRank() throws IOException {
    List<Mesh> world = world(3, IPV4);
    PostedMessage receipt = world.get(0).receiveFromAnyone(SLOT, bytes(0));
    PostedMessage fromFirst = world.get(0).receive(1, SLOT + 1, bytes(0));

    world.get(1).close(0);
    awaitOver(fromFirst);
    assertThat(fromFirst.peerFailure()).isNotNull();
    assertThat(receipt.isOver()).isFalse();
    world.get(2).close(0);
    awaitOver(receipt);

    assertThat(receipt.isDone()).isFalse();
    assertThat(world.get(0).peerFailures()).extracting(PeerFailure::rank).containsExactly(1, 2);
    awaitOver(world.get(0).receiveFromAnyone(SLOT, bytes(0)));
  }

  @Test
  void abort_losesWhatIsOnItsWay_andWhatIsPostedAfterwards() throws IOException {
    List<Mesh> world = world(2, IPV4);
    PostedMessage send = world.get(0).send(1, SLOT, bytes(1));
    PostedMessage receipt = world.get(0).receive(1, SLOT, bytes(0));
    PostedMessage ofOther = world.get(1).receive(0, SLOT + 1, bytes(0));

    world.get(0).abort("the test said so", 0);

    awaitOver(send);
    awaitOver(receipt);
    awaitOver(ofOther);
    assertThat(send.peerFailure()).hasToString(world.get(0).peerFailures().get(0).toString());
    assertThat(world.get(0).peerFailures().get(0).reason())
        .isEqualTo("was disconnected: the test said so");
    assertThat(world.get(0).peerFailures().get(0).isLocal()).isTrue();
    assertThat(world.get(1).peerFailures().get(0).isLocal()).isFalse();
    PostedMessage late = world.get(0).send(1, SLOT, bytes(1));
    assertThat(late.peerFailure()).isNotNull();
  }

  /** As a PyTorch rank that connects on first use, to a rank that has failed by then. */
  @Test
  void peerThatConnectsAfterItsLoss_isLetGo() throws IOException {
    Mesh mesh = mesh(0, 2, IPV4);
    mesh.abort("the test said so", 0);
    awaitOver(mesh.receive(1, SLOT, bytes(0)));

    try (Socket late = connect(mesh, 1)) {
      assertThat(late.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void secondConnectionOfAPeer_isLetGo_andTheFirstStays() throws IOException {
    Mesh mesh = mesh(0, 2, IPV4);
    try (Socket first = connect(mesh, 1)) {
      PostedMessage unused = mesh.receive(1, SLOT, bytes(0));
      assertThat(first.getInputStream().readNBytes(48)).hasSize(48);
      try (Socket second = connect(mesh, 1)) {
        assertThat(second.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(unused.isOver()).isFalse();
      assertThat(mesh.peerFailures()).isEmpty();
    }
  }

  @Test
  void nonsenseOfOnePeer_endsItsConnectionAndNoOther() throws IOException, InterruptedException {
    Store store = new HashStore();
    // It connects on first use, so no rank waits for it.
    store.set("2", RankInfo.encode(new byte[0], loopback(new byte[] {127, 0, 0, 2})));
    Mesh first = mesh(0, 3, IPV4);
    Mesh second = mesh(1, 3, IPV4);
    Background<Boolean> secondConnects =
        Background.call(
            () -> {
              new FullMeshConnector(store, 1, 3)
                  .connect(second, Deadline.after(Background.PATIENCE));
              return true;
            });
    new FullMeshConnector(store, 0, 3).connect(first, Deadline.after(Background.PATIENCE));
    assertThat(secondConnects.result()).isTrue();
    PostedMessage ofThird = first.receive(2, SLOT + 1, bytes(0));

    try (Socket third = connect(first, 2)) {
      third.getOutputStream().write(new byte[1000]);

      awaitOver(ofThird);
      assertThat(ofThird.peerFailure())
          .hasToString("rank 2 (127.0.0.2:0) violated the protocol: opcode 0, not 1, 2 or 3");
    }
    assertMessageArrives(first, second, 1);
    assertMessageArrives(second, first, 0);
    assertThat(first.peerFailures()).extracting(PeerFailure::rank).containsExactly(2);
    assertThat(second.peerFailures()).isEmpty();
  }

  /** Posted messages are sent once the peer is connected, as with peers that connect late. */
  @Test
  void messagesPostedBeforeThePeerConnects_goOutThen() throws IOException {
    Mesh mesh = mesh(0, 2, IPV4);
    PostedMessage send = mesh.send(1, SLOT, bytes(1, 2));

    try (Socket late = connect(mesh, 1)) {
      byte[] announcement = late.getInputStream().readNBytes(48);
      assertThat(ByteBuffer.wrap(announcement).order(ByteOrder.LITTLE_ENDIAN).getLong(8))
          .isEqualTo(2);
    }
    awaitOver(send);
    assertThat(send.isDone()).isFalse();
  }

  @Test
  void silentConnections_beyondALimit_closesTheOldest() throws IOException {
    Mesh mesh = mesh(0, 2, IPV4);
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      silent.add(connect(mesh));
    }

    assertThat(silent.get(0).getInputStream().read()).isEqualTo(-1);

    Socket last = silent.get(99);
    greet(last, mesh.identifiers()[1]);
    PostedMessage receipt = mesh.receive(1, SLOT, bytes(0));
    assertThat(last.getInputStream().readNBytes(48)).hasSize(48);
    assertThat(receipt.isOver()).isFalse();
    for (Socket socket : silent) {
      socket.close();
    }
  }

  /** A slow peer, which starts to read when this rank is about to close. */
  @Test
  void close_waitsForDataThatTheNetworkHasNotTakenYet() throws IOException {
    int length = 32 << 20;
    Mesh mesh = mesh(0, 2, IPV4);
    try (Socket peer = connect(mesh, 1)) {
      write(peer, new Preamble(Kind.RECEIVE_READY, SLOT, length));
      PostedMessage send = mesh.send(1, SLOT, ByteBuffer.allocateDirect(length));
      assertThat(peer.getInputStream().readNBytes(96)).hasSize(96);
      assertThat(send.isOver()).isFalse();

      Background<Boolean> closing =
          Background.run(() -> mesh.close(Background.PATIENCE.toNanos())).awaitBlocked();

      assertThat(peer.getInputStream().readAllBytes()).hasSize(length);
      peer.shutdownOutput();
      assertThat(closing.result()).isTrue();
    }
  }

  /** Closing a connection while bytes arrive discards what the peer has not read. */
  @Test
  void close_whileThePeerStillSends_takesNothingAwayFromIt() throws IOException {
    int length = 256 << 10;
    Mesh mesh = mesh(0, 2, IPV4);
    try (Socket peer = connect(mesh, 1)) {
      write(peer, new Preamble(Kind.RECEIVE_READY, SLOT, length));
      awaitOver(mesh.send(1, SLOT, ByteBuffer.allocateDirect(length)));

      Background<Boolean> closing =
          Background.run(() -> mesh.close(Background.PATIENCE.toNanos())).awaitBlocked();
      write(peer, new Preamble(Kind.SEND_READY, SLOT, 1));

      assertThat(peer.getInputStream().readAllBytes()).hasSize(96 + length);
      peer.shutdownOutput();
      assertThat(closing.result()).isTrue();
    }
  }

  private static Socket connect(Mesh mesh, int peer) throws IOException {
    Socket socket = connect(mesh);
    greet(socket, mesh.identifiers()[peer]);
    return socket;
  }

  private static Socket connect(Mesh mesh) throws IOException {
    Socket socket = new Socket(mesh.address().getAddress(), mesh.address().getPort());
    socket.setSoTimeout((int) Background.PATIENCE.toMillis());
    return socket;
  }

  private static void greet(Socket socket, long identifier) throws IOException {
    socket
        .getOutputStream()
        .write(
            ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(identifier)
                .array());
  }

  private static void write(Socket socket, Preamble preamble) throws IOException {
    byte[] frame = new byte[Preamble.BYTES];
    preamble.encode().get(frame);
    socket.getOutputStream().write(frame);
  }
}
