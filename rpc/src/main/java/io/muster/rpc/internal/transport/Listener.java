package io.muster.rpc.internal.transport;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.muster.rpc.internal.transport.Incoming.Admitted;
import io.muster.rpc.internal.wire.Frame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The server of one worker. */
public final class Listener implements AutoCloseable {
  private static final Duration LEAST_KEEP_ALIVE = Duration.ofSeconds(1);
  private static final Duration HANDSHAKE = Duration.ofSeconds(20);

  private final Server server;

  private Listener(Server server) {
    this.server = server;
  }

  /** Listens at an address; port 0 is any free one. */
  public static Listener at(InetSocketAddress address, Link link, Incoming incoming)
      throws IOException {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder(Methods.SERVICE)
            .addMethod(Methods.CALL, (call, headers) -> admit(call, headers, incoming))
            .addMethod(Methods.CONTROL, (call, headers) -> control(call, incoming))
            .build();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .directExecutor()
            .addService(service)
            .maxInboundMessageSize(link.maxMessageBytes())
            .handshakeTimeout(HANDSHAKE.toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveTime(LEAST_KEEP_ALIVE.toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(link.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(link.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS);
    link.tls().server(builder);
    return new Listener(builder.build().start());
  }

  /** The port it listens on. */
  public int port() {
    return server.getPort();
  }

  /** Stops listening, and ends what is under way. */
  @Override
  public void close() {
    server.shutdownNow();
  }

  private static ServerCall.Listener<Message> admit(
      ServerCall<Message, Message> call, Metadata headers, Incoming incoming) {
    String depth = headers.get(Connection.DEPTH);
    Optional<Admitted> admitted = incoming.admit(depth != null);
    if (admitted.isEmpty()) {
      // Nothing of the message has been read, so that who floods us does not fill our memory.
      call.close(Status.RESOURCE_EXHAUSTED.withDescription("too many calls"), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    Deadline deadline = Context.current().getDeadline();
    long nanos = deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.NANOSECONDS);
    Admitted place = admitted.get();
    return new Receiver(call) {
      @Override
      void received(byte[] message, Reply reply) {
        place.call(message, nanos, reply);
      }

      @Override
      public void onCancel() {
        place.abandon();
      }
    }.begin();
  }

  private static ServerCall.Listener<Message> control(
      ServerCall<Message, Message> call, Incoming incoming) {
    return new Receiver(call) {
      @Override
      void received(byte[] message, Reply reply) {
        incoming.control(message, reply);
      }
    }.begin();
  }

  /** Collects the one message of a call. */
  private abstract static class Receiver extends ServerCall.Listener<Message> {
    private final ServerCall<Message, Message> call;
    private @Nullable Message message;

    Receiver(ServerCall<Message, Message> call) {
      this.call = call;
    }

    abstract void received(byte[] bytes, Reply reply);

    Receiver begin() {
      call.request(2);
      return this;
    }

    @Override
    public void onMessage(Message received) {
      message = received;
    }

    @Override
    public void onHalfClose() {
      Reply reply = new CallReply(call);
      Message request = message;
      if (request == null) {
        reply.refuse(Status.INVALID_ARGUMENT.withDescription("a call without a message"));
        onCancel();
      } else {
        message = null;
        received(request.bytes(), reply);
      }
    }
  }

  private static final class CallReply implements Reply {
    private final ServerCall<Message, Message> call;
    private boolean replied;

    CallReply(ServerCall<Message, Message> call) {
      this.call = call;
    }

    @Override
    public void send(Frame frame) {
      reply(frame, Status.OK);
    }

    @Override
    public void refuse(Status status) {
      reply(null, status);
    }

    private synchronized void reply(@Nullable Frame frame, Status status) {
      if (replied || call.isCancelled()) {
        return;
      }
      replied = true;
      try {
        if (frame != null) {
          call.sendHeaders(new Metadata());
          call.sendMessage(new Message(frame));
        }
        call.close(status, new Metadata());
      } catch (IllegalStateException e) {
        // The caller gave up in this moment, and nobody is there to be answered.
        assert call.isCancelled() : e;
      }
    }
  }
}
