package io.muster.rpc.internal.transport;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import io.muster.rpc.internal.wire.Frame;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one worker. It connects when the first request is sent, and again with the next
 * request after a connection was lost. A request is never sent twice. Thread-safe.
 */
public final class Connection implements AutoCloseable {
  /** A header of nested calls, which a worker makes while it handles another call. */
  static final Metadata.Key<String> NESTED =
      Metadata.Key.of("muster-nested", Metadata.ASCII_STRING_MARSHALLER);

  /** The incarnation of the called worker, which proves that the caller has read the store. */
  static final Metadata.Key<byte[]> CALLEE =
      Metadata.Key.of("muster-callee-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static final CallFailure RESPONSE_TOO_LARGE =
      CallFailure.of(Kind.INTERNAL, "the response has more bytes than maxMessageBytes allows here");
  private static final CallFailure NO_MESSAGE =
      CallFailure.of(Kind.INTERNAL, "a response without a message");

  static {
    NettyLogs.guard();
  }

  private final ManagedChannel channel;
  private final byte[] callee;

  private Connection(ManagedChannel channel, long incarnation) {
    this.channel = channel;
    this.callee = ByteBuffer.allocate(Long.BYTES).putLong(incarnation).array();
  }

  /** Makes a connection. Nothing is sent yet. */
  public static Connection to(InetSocketAddress address, long incarnation, TransportConfig config) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address, config.security().client())
            // Workers connect directly, whatever proxy the JVM uses for HTTP.
            .proxyDetector(target -> null)
            .disableRetry()
            .maxInboundMessageSize(config.maxMessageBytes())
            .keepAliveTime(config.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(config.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveWithoutCalls(true);
    config.security().serverName().ifPresent(builder::overrideAuthority);
    return new Connection(builder.build(), incarnation);
  }

  /**
   * Sends a call.
   *
   * @param nanos how long the response may take; the callee is told, too
   * @param isNested whether the calling thread is handling another call
   * @param executor runs {@code listener}
   */
  public Cancellable call(
      Frame frame, long nanos, boolean isNested, Executor executor, ResponseListener listener) {
    Metadata headers = new Metadata();
    if (isNested) {
      headers.put(NESTED, "1");
    }
    return send(Methods.CALL, headers, frame, nanos, executor, listener);
  }

  /** Sends a control message. */
  public Cancellable control(
      Frame frame, long nanos, Executor executor, ResponseListener listener) {
    return send(Methods.CONTROL, new Metadata(), frame, nanos, executor, listener);
  }

  private Cancellable send(
      MethodDescriptor<Message, Message> method,
      Metadata headers,
      Frame frame,
      long nanos,
      Executor executor,
      ResponseListener listener) {
    CallOptions options =
        CallOptions.DEFAULT
            .withExecutor(executor)
            .withDeadline(Deadline.after(nanos, TimeUnit.NANOSECONDS));
    headers.put(CALLEE, callee);
    ClientCall<Message, Message> call = channel.newCall(method, options);
    call.start(new Receiver(listener, frame.size()), headers);
    // One more than the only message, so that gRPC notices a second one.
    call.request(2);
    call.sendMessage(new Message(frame));
    call.halfClose();
    return reason -> call.cancel(reason, null);
  }

  /** Disconnects. Requests in flight fail. */
  @Override
  public void close() {
    channel.shutdownNow();
  }

  private static final class Receiver extends ClientCall.Listener<Message> {
    private final ResponseListener listener;
    private final int requestBytes;
    private @Nullable Message message;
    private boolean hasHeaders;

    Receiver(ResponseListener listener, int requestBytes) {
      this.listener = listener;
      this.requestBytes = requestBytes;
    }

    @Override
    public void onHeaders(Metadata headers) {
      hasHeaders = true;
    }

    @Override
    public void onMessage(Message received) {
      message = received;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      Message response = message;
      if (hasHeaders && status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        // The call has run. It is the response that is too large.
        listener.failed(RESPONSE_TOO_LARGE);
      } else if (!status.isOk()) {
        listener.failed(GrpcStatuses.failure(status, trailers, requestBytes));
      } else if (response == null) {
        listener.failed(NO_MESSAGE);
      } else {
        listener.answered(response.bytes());
      }
    }
  }
}
