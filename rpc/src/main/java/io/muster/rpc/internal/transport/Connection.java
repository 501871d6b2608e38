package io.muster.rpc.internal.transport;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.muster.rpc.internal.wire.Frame;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way to one worker. It connects with the first message, and again after a loss; a message is
 * never sent twice. Thread-safe.
 */
public final class Connection implements AutoCloseable {
  static final Metadata.Key<String> DEPTH =
      Metadata.Key.of("muster-depth", Metadata.ASCII_STRING_MARSHALLER);

  /** The incarnation of the worker that is called, which proves that the caller read the store. */
  static final Metadata.Key<byte[]> CALLEE =
      Metadata.Key.of("muster-callee-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static final Status ANSWER_TOO_LARGE =
      Status.INTERNAL.withDescription("the answer has more bytes than maxMessageBytes allows here");

  static {
    NettyLogs.guard();
  }

  private final ManagedChannel channel;
  private final byte[] callee;

  private Connection(ManagedChannel channel, long incarnation) {
    this.channel = channel;
    this.callee = ByteBuffer.allocate(Long.BYTES).putLong(incarnation).array();
  }

  /** The way to a worker; nothing is sent yet. */
  public static Connection to(InetSocketAddress address, long incarnation, TransportConfig link) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address)
            // Workers reach each other directly, whatever the JVM fetches web pages through.
            .proxyDetector(target -> null)
            .disableRetry()
            .maxInboundMessageSize(link.maxMessageBytes())
            .keepAliveTime(link.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(link.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveWithoutCalls(true);
    link.tls().client(builder);
    return new Connection(builder.build(), incarnation);
  }

  /**
   * Sends a call.
   *
   * @param nanos how long the answer may take, known to the other side too
   * @param depth how many calls this one is made inside of
   * @param executor where {@code outgoing} hears of the answer
   */
  public Cancellable call(
      Frame frame, long nanos, int depth, Executor executor, ResponseListener outgoing) {
    Metadata headers = new Metadata();
    if (depth > 0) {
      headers.put(DEPTH, Integer.toString(depth));
    }
    return send(Methods.CALL, headers, frame, nanos, executor, outgoing);
  }

  /** Sends what is between agents only. */
  public Cancellable control(
      Frame frame, long nanos, Executor executor, ResponseListener outgoing) {
    return send(Methods.CONTROL, new Metadata(), frame, nanos, executor, outgoing);
  }

  private Cancellable send(
      MethodDescriptor<Message, Message> method,
      Metadata headers,
      Frame frame,
      long nanos,
      Executor executor,
      ResponseListener outgoing) {
    CallOptions options =
        CallOptions.DEFAULT
            .withExecutor(executor)
            .withDeadline(Deadline.after(nanos, TimeUnit.NANOSECONDS));
    headers.put(CALLEE, callee);
    ClientCall<Message, Message> call = channel.newCall(method, options);
    call.start(new Receiver(outgoing), headers);
    call.request(2);
    call.sendMessage(new Message(frame));
    call.halfClose();
    return reason -> call.cancel(reason, null);
  }

  /** Ends the connection. What is under way fails. */
  @Override
  public void close() {
    channel.shutdownNow();
  }

  private static final class Receiver extends ClientCall.Listener<Message> {
    private final ResponseListener outgoing;
    private @Nullable Message message;
    private boolean begun;

    Receiver(ResponseListener outgoing) {
      this.outgoing = outgoing;
    }

    @Override
    public void onHeaders(Metadata headers) {
      begun = true;
    }

    @Override
    public void onMessage(Message received) {
      message = received;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      Message answer = message;
      if (begun && status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        // The call was made, and what is too large is its answer.
        outgoing.failed(ANSWER_TOO_LARGE);
      } else if (!status.isOk()) {
        outgoing.failed(status);
      } else if (answer == null) {
        outgoing.failed(Status.INTERNAL.withDescription("an answer without a message"));
      } else {
        outgoing.answered(answer.bytes());
      }
    }
  }
}
