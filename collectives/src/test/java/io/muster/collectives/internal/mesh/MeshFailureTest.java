package io.muster.collectives.internal.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.internal.mesh.FaultySockets.Step;
import io.muster.fixtures.Background;
import io.muster.store.Deadline;
import io.muster.store.HashStore;
import io.muster.store.Store;
import io.muster.store.internal.concurrent.Uninterruptibles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fault D1. An error at any step of the I/O thread fails at once all messages that wait for that
 * thread, and no other rank is blamed. Errors are injected in the acceptor ({@link Listener}), in
 * callers' threads that write ({@link Pair#flush}) or post, and in connecting; see also {@link
 * IoLoopTest}.
 */
class MeshFailureTest {
  private static final long SLOT = 7;
  private static final long FAR = 1000;

  private final Error injected = new Error("injected");
  private final FaultySockets sockets = new FaultySockets();
  private final List<Mesh> meshes = new ArrayList<>();

  /** Records log messages. Can also throw. */
  private final Logger logger = Logger.getLogger("io.muster.collectives.internal.mesh");

  private volatile boolean loggingFails;

  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          if (loggingFails) {
            throw new Error("injected into logging");
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listenToTheLog() {
    logger.addHandler(handler);
    logger.setLevel(Level.ALL);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void close() {
    meshes.forEach(mesh -> mesh.close(0));
    logger.removeHandler(handler);
    logger.setLevel(null);
    logger.setUseParentHandlers(true);
  }

  /** A world whose rank 0 has the faulty sockets. */
  private List<Mesh> world(int size) throws IOException {
    Store store = new HashStore();
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
    for (int rank = 0; rank < size; rank++) {
      meshes.add(
          new Mesh("test-" + rank, rank, size, address, rank == 0 ? sockets : new Sockets()));
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

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocateDirect(count);
  }

  private static void awaitOver(PostedMessage posted) {
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    posted.whenOver(() -> over.complete(true));
    assertThat(over).succeedsWithin(Background.PATIENCE);
  }

  /** All waiting messages of rank 0 fail, and ranks 1 and 2 blame rank 0 only. */
  private void assertAllAreTold(List<Mesh> world, List<PostedMessage> waiting, Throwable cause) {
    waiting.forEach(MeshFailureTest::awaitOver);
    List<PeerFailure> peerFailures = world.get(0).peerFailures();
    assertThat(peerFailures).extracting(PeerFailure::rank).containsExactlyInAnyOrder(1, 2);
    assertThat(peerFailures).allMatch(PeerFailure::isLocal);
    assertThat(peerFailures).extracting(PeerFailure::cause).containsOnly(cause);
    assertThat(peerFailures)
        .allSatisfy(peerFailure -> assertThat(peerFailure.reason()).contains("" + cause));
    for (int rank = 1; rank <= 2; rank++) {
      PostedMessage ofOther = world.get(rank).receive(0, FAR, bytes(1));
      awaitOver(ofOther);
      assertThat(ofOther.peerFailure()).isNotNull();
      assertThat(world.get(rank).peerFailures().get(0).rank()).isZero();
      assertThat(world.get(rank).peerFailures().get(0).isLocal()).isFalse();
    }
    PostedMessage late = world.get(0).send(2, FAR, bytes(1));
    assertThat(late.peerFailure()).isNotNull();
  }

  private List<PostedMessage> waiting(Mesh mesh) {
    return List.of(
        mesh.receive(1, FAR, bytes(1)),
        mesh.receive(2, FAR, bytes(1)),
        mesh.send(1, FAR + 1, bytes(1)),
        mesh.receiveFromAnyone(FAR + 2, bytes(1)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void errorWhileReading_isToldToEveryone(boolean logging) throws IOException {
    loggingFails = logging;
    List<Mesh> world = world(3);
    List<PostedMessage> waiting = waiting(world.get(0));

    sockets.inject(Step.READ, injected);
    world.get(2).send(0, SLOT, bytes(1));

    assertAllAreTold(world, waiting, injected);
    assertThat(world.get(0).peerFailures().get(0).rank())
        .as("the connection it was about")
        .isEqualTo(2);
  }

  @Test
  void errorWhileWriting_isToldToEveryone() throws IOException {
    List<Mesh> world = world(3);
    List<PostedMessage> waiting = waiting(world.get(0));

    sockets.inject(Step.WRITE, injected);
    PostedMessage written = world.get(0).send(2, SLOT, bytes(1));

    awaitOver(written);
    assertAllAreTold(world, waiting, injected);
    assertThat(world.get(0).peerFailures().get(0).rank()).isEqualTo(2);
  }

  /**
   * A peer that finds that lengths differ sends its announcement and closes the connection. A write
   * may fail before the announcement is read.
   */
  @Test
  void failedWrite_isNotTheReasonIfThePeerHasSentOne() throws IOException {
    List<Mesh> world = world(2);
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch resumed = new CountDownLatch(1);
    Pipe pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    world
        .get(0)
        .loop()
        .register(
            pipe.source(),
            SelectionKey.OP_READ,
            key -> {
              key.cancel();
              busy.countDown();
              Uninterruptibles.await(resumed::await);
            });
    pipe.sink().write(ByteBuffer.allocate(1));
    Uninterruptibles.await(busy::await);

    world.get(1).send(0, SLOT, bytes(8));
    sockets.inject(Step.WRITE, new IOException("Broken pipe"));
    PostedMessage receipt = world.get(0).receive(1, SLOT, bytes(4));
    resumed.countDown();

    awaitOver(receipt);
    assertThat(receipt.peerFailure()).isNotNull();
    assertThat(receipt.peerFailure().reason())
        .startsWith("sends 8 bytes where this rank expects 4");
    pipe.sink().close();
  }

  @Test
  void failedWrite_isTheReasonIfThePeerHasSentNone() throws IOException {
    List<Mesh> world = world(2);

    sockets.inject(Step.WRITE, new IOException("Broken pipe"));
    PostedMessage receipt = world.get(0).receive(1, SLOT, bytes(4));

    awaitOver(receipt);
    assertThat(receipt.peerFailure()).isNotNull();
    assertThat(receipt.peerFailure().reason()).isEqualTo("lost the connection: Broken pipe");
  }

  /** As with a buffer of an arena that another thread has closed or owns. */
  @Test
  void bufferThatCannotBeUsedOnTheThread_failsItsMessageAndNamesTheCause() throws IOException {
    List<Mesh> world = world(3);
    List<PostedMessage> waiting = waiting(world.get(0));

    PostedMessage receipt = world.get(0).receive(1, SLOT, bytes(8).asReadOnlyBuffer());
    world.get(1).send(0, SLOT, bytes(8));

    awaitOver(receipt);
    PeerFailure peerFailure = receipt.peerFailure();
    assertThat(peerFailure).isNotNull();
    assertThat(peerFailure.rank()).isEqualTo(1);
    assertThat(peerFailure.cause()).isInstanceOf(RuntimeException.class);
    assertAllAreTold(world, waiting, peerFailure.cause());
  }

  @Test
  void errorOfAnActionAfterAMessage_isToldToEveryone() throws IOException {
    List<Mesh> world = world(3);
    List<PostedMessage> waiting = waiting(world.get(0));

    PostedMessage receipt = world.get(0).receive(1, SLOT, bytes(1));
    receipt.whenOver(
        () -> {
          throw injected;
        });
    world.get(1).send(0, SLOT, bytes(1));

    assertAllAreTold(world, waiting, injected);
  }

  @Test
  void errorThatTheLoopDoesNotExpect_isToldToEveryone() throws IOException {
    List<Mesh> world = world(3);
    List<PostedMessage> waiting = waiting(world.get(0));

    world.get(0).loop().schedule(0, this::fail);

    assertAllAreTold(world, waiting, injected);
    assertThat(world.get(0).peerFailures().get(0).reason()).contains("the I/O thread failed");
  }

  private void fail() {
    throw injected;
  }

  /** A notification fails too, as for lack of memory, and is repeated. */
  @Test
  void errorWhileTelling_leavesNobodyOut() throws IOException {
    List<Mesh> world = world(3);
    PostedMessage first = world.get(0).receive(1, SLOT, bytes(1));
    first.whenOver(
        () -> {
          throw new OutOfMemoryError("injected into telling");
        });
    List<PostedMessage> waiting = waiting(world.get(0));

    world.get(0).loop().schedule(0, this::fail);

    awaitOver(first);
    assertAllAreTold(world, waiting, injected);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void errorWhileAccepting_isSurvived(boolean logging) throws IOException {
    loggingFails = logging;
    List<Mesh> world = world(3);
    InetSocketAddress address = world.get(0).address();

    sockets.inject(Step.ACCEPT, injected);
    try (Socket lost = new Socket(address.getAddress(), address.getPort());
        Socket next = new Socket(address.getAddress(), address.getPort())) {
      lost.setSoTimeout((int) Background.PATIENCE.toMillis());
      assertThat(lost.getInputStream().read()).isEqualTo(-1);
      next.setSoTimeout((int) Background.PATIENCE.toMillis());
      // Not the identifier of a peer, so the connection is closed once it has been read.
      next.getOutputStream().write(new byte[] {-1, -1, -1, -1, -1, -1, -1, 127});
      assertThat(next.getInputStream().read()).isEqualTo(-1);
    }

    ByteBuffer place = bytes(1);
    PostedMessage receipt = world.get(0).receive(1, SLOT, place);
    world.get(1).send(0, SLOT, bytes(1));
    awaitOver(receipt);
    assertThat(receipt.isDone()).isTrue();
  }

  @Test
  void errorWhileAConnectionIsTakenOver_endsItForBothSides() throws IOException {
    sockets.inject(Step.OPEN, injected);
    Background<Boolean> world =
        Background.call(
            () -> {
              world(2);
              return true;
            });

    try {
      assertThat(world.result()).isTrue();
    } catch (AssertionError e) {
      // Rank 0 connects, and fails with the injected error.
      assertThat(e).hasRootCause(injected);
    }
    PostedMessage ofFaulty = meshes.get(0).receive(1, SLOT, bytes(1));
    awaitOver(ofFaulty);
    PeerFailure peerFailure = ofFaulty.peerFailure();
    assertThat(peerFailure).isNotNull();
    assertThat(peerFailure.cause()).isSameAs(injected);
    PostedMessage ofOther = meshes.get(1).receive(0, SLOT, bytes(1));
    awaitOver(ofOther);
    assertThat(ofOther.peerFailure()).isNotNull();
  }

  /** As for lack of memory, which would leave a message half posted. */
  @Test
  void errorWhilePosting_isThrownAndEndsTheConnections() throws IOException {
    List<Mesh> world = world(3);
    List<PostedMessage> waiting = waiting(world.get(0));

    assertThatThrownBy(() -> world.get(0).post(1, waiting.get(0), this::fail)).isSameAs(injected);

    assertAllAreTold(world, waiting, injected);
  }
}
