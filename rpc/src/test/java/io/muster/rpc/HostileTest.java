package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Background;
import io.muster.rpc.internal.codec.KryoCodec;
import io.muster.rpc.internal.engine.AgentInternals;
import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import io.muster.rpc.internal.transport.Cancellable;
import io.muster.rpc.internal.transport.Connection;
import io.muster.rpc.internal.transport.ResponseListener;
import io.muster.rpc.internal.transport.Security;
import io.muster.rpc.internal.transport.TransportConfig;
import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.wire.Frame;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.wire.Request;
import io.muster.rpc.internal.world.WorkerInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Input that no worker sends. Meanwhile other clients are served. */
class HostileTest {
  private static final int MAX_BYTES = 64 << 10;
  private static final Duration PATIENCE = Background.PATIENCE;

  private LocalWorld world;
  private WorkerInfo worker;
  private Connection connection;

  record Secret(String text) {}

  @BeforeEach
  void start() {
    world =
        LocalWorld.of(
            2,
            options ->
                options.maxMessageBytes(MAX_BYTES).function("echo", arguments -> arguments[0]));
    worker = AgentInternals.info(world.agent(0), 1);
    connection =
        Connection.to(
            worker.address(),
            worker.incarnation(),
            new TransportConfig(64 << 20, PATIENCE, PATIENCE, PATIENCE, Security.none()));
  }

  @AfterEach
  void othersAreServedOn() {
    assertThat(world.seen(0, 1).call(String.class, "echo", "still there")).isEqualTo("still there");
    connection.close();
    world.close();
  }

  /** Sends a message; returns the failure, or nothing if there is a response. */
  private Optional<CallFailure> send(Frame frame, boolean control) {
    CompletableFuture<Optional<CallFailure>> sent = new CompletableFuture<>();
    ResponseListener outcome =
        new ResponseListener() {
          @Override
          public void answered(byte[] message) {
            sent.complete(Optional.empty());
          }

          @Override
          public void failed(CallFailure failure) {
            sent.complete(Optional.of(failure));
          }
        };
    Cancellable unused =
        control
            ? connection.control(frame, PATIENCE.toNanos(), Runnable::run, outcome)
            : connection.call(frame, PATIENCE.toNanos(), false, Runnable::run, outcome);
    return sent.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  private CallFailure refusal(Frame frame) {
    return send(frame, false).orElseThrow(() -> new AssertionError("not refused"));
  }

  private Frame request(byte[] arguments) {
    return new Request(
            worker.incarnation(), 0, "echo", Optional.empty(), Optional.empty(), Body.of(arguments))
        .encode();
  }

  private static byte[] bytes(Frame frame) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Body part : List.of(frame.head(), frame.body())) {
      all.write(part.array(), part.offset(), part.length());
    }
    return all.toByteArray();
  }

  @Test
  void garbage_closesThatConnectionOnly() throws IOException {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> greetings =
        List.of(
            new byte[4096],
            "GET / HTTP/1.1\r\nHost: worker\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    for (byte[] greeting : greetings) {
      byte[] garbage = new byte[64 << 10];
      random.nextBytes(garbage);
      try (Socket socket = new Socket(worker.host(), worker.port())) {
        socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
        awaitEndAfter(socket, "seed " + seed, greeting, garbage);
      }
    }
  }

  /** Sends bytes and waits until the other side closes. */
  private static void awaitEndAfter(Socket socket, String description, byte[]... sent)
      throws IOException {
    try {
      for (byte[] bytes : sent) {
        socket.getOutputStream().write(bytes);
      }
      byte[] unused = socket.getInputStream().readAllBytes();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the worker keeps the connection, " + description, e);
    } catch (SocketException e) {
      // A reset ends the connection, too.
      assertThat(socket.isConnected()).isTrue();
    }
  }

  @Test
  void request_cutShort_isRefused() {
    byte[] whole = bytes(request(new byte[0]));
    for (int length = 0; length < whole.length; length++) {
      Frame cut = Frame.of(Arrays.copyOf(whole, length));

      assertThat(refusal(cut).kind()).as("%d bytes", length).isEqualTo(Kind.INVALID_REQUEST);
    }
    // An empty body is not an array of arguments.
    assertThat(refusal(Frame.of(whole)).kind()).isEqualTo(Kind.INVALID_REQUEST);
  }

  @Test
  void requestsAndControls_atRandom_areAnsweredOrRefused() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    byte[] arguments =
        new KryoCodec(List.of(), MAX_BYTES)
            .encode(new Object[] {List.of("text", 1, 2L)}, new NoReferences());
    byte[] request = bytes(request(arguments));
    byte[] control = bytes(Control.of(Control.Kind.PING, worker.incarnation(), 0, 0).encode());
    for (int round = 0; round < 1000; round++) {
      byte[] bytes = (round % 2 == 0 ? request : control).clone();
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      assertThat(send(Frame.of(bytes), round % 2 == 1).map(CallFailure::kind))
          .as("seed %d", seed)
          .isIn(
              Optional.empty(),
              Optional.of(Kind.INVALID_REQUEST),
              Optional.of(Kind.UNREACHABLE),
              Optional.of(Kind.UNKNOWN_FUNCTION),
              Optional.of(Kind.OBJECT_GONE));
    }
  }

  @Test
  void request_forTheWorkerThatWasThereBefore_isRefused() {
    Request stale =
        new Request(
            worker.incarnation() + 1,
            0,
            "echo",
            Optional.empty(),
            Optional.empty(),
            Body.of(new byte[0]));

    assertThat(refusal(stale.encode()))
        .isEqualTo(CallFailure.of(Kind.UNREACHABLE, "another worker listens there now"));
  }

  /**
   * Fault E8. The same kind of fault was looked for in identifiers of objects: the next one cannot
   * be guessed from those before.
   */
  @Test
  void object_underTheNumberOfAnotherWorker_isRefused() {
    Request foreign =
        new Request(
            worker.incarnation(),
            0,
            "echo",
            Optional.empty(),
            Optional.of(new ObjectId(1, 7)),
            Body.of(new byte[0]));

    assertThat(refusal(foreign.encode()))
        .isEqualTo(
            CallFailure.of(
                Kind.INVALID_REQUEST, "the identifier of the object belongs to another worker"));
    try (RemoteRef<String> one = world.agent(0).share("one");
        RemoteRef<String> two = world.agent(0).share("two")) {
      assertThat(AgentInternals.id(two).number() - AgentInternals.id(one).number())
          .isGreaterThan(1000);
    }
  }

  @Test
  void argument_ofAClassThatIsNotRegistered_isRefused() {
    byte[] arguments =
        new KryoCodec(List.of(Secret.class), MAX_BYTES)
            .encode(new Object[] {new Secret("x")}, new NoReferences());

    CallFailure refusal = refusal(request(arguments));

    assertThat(refusal.kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(refusal.description()).contains("of a class that is not registered here");
  }

  @Test
  void message_tooLarge_isRefusedOnEitherSide() {
    CallFailure refusal = refusal(request(new byte[MAX_BYTES * 8]));

    assertThat(refusal.kind()).isEqualTo(Kind.REJECTED);
    assertThat(refusal.description()).contains("more bytes than maxMessageBytes allows there");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> world.seen(0, 1).call(Object.class, "echo", new byte[MAX_BYTES + 1]));
  }

  @Test
  void result_tooLarge_isAnErrorOfThatCall() {
    try (LocalWorld other =
        LocalWorld.of(
            2,
            options ->
                options
                    .maxMessageBytes(MAX_BYTES)
                    .function("large", arguments -> new byte[MAX_BYTES + 1]))) {
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> other.seen(0, 1).call(byte[].class, "large"))
          .withMessageContaining("the result cannot be sent");
    }
  }

  @Test
  void result_tooLargeOfAnotherCodec_isAnErrorOfThatCall() {
    RpcCodec careless = new KryoCodec(List.of(), 64 << 20);
    try (LocalWorld other =
        LocalWorld.of(
            2,
            options ->
                options
                    .maxMessageBytes(MAX_BYTES)
                    .codec(careless)
                    .function("large", arguments -> new byte[8 * MAX_BYTES]))) {
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> other.seen(0, 1).call(byte[].class, "large"))
          .isNotInstanceOf(RpcRejectedException.class)
          .withMessageContaining("more than the 65536 that a message may have");
    }
  }
}
