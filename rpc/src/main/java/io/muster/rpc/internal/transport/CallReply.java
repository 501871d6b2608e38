package io.muster.rpc.internal.transport;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import io.muster.rpc.internal.wire.Frame;
import org.jspecify.annotations.Nullable;

/** Sends the response to a gRPC call. */
final class CallReply implements Reply {
  /** Made in advance, because it is needed when there is no memory. */
  private static final Status NOT_SENT =
      GrpcStatuses.status(CallFailure.of(Kind.INTERNAL, "the response could not be sent"));

  private final ServerCall<Message, Message> call;
  private boolean hasReplied;

  CallReply(ServerCall<Message, Message> call) {
    this.call = call;
  }

  @Override
  public void send(Frame frame) {
    reply(frame, null);
  }

  @Override
  public void fail(CallFailure failure) {
    reply(null, failure);
  }

  private synchronized void reply(@Nullable Frame frame, @Nullable CallFailure failure) {
    if (hasReplied || call.isCancelled()) {
      return;
    }
    hasReplied = true;
    try {
      if (frame != null) {
        call.sendHeaders(new Metadata());
        call.sendMessage(new Message(frame));
      }
      if (failure == null) {
        call.close(Status.OK, new Metadata());
      } else {
        GrpcStatuses.close(call, failure);
      }
    } catch (Throwable e) {
      // The caller has just given up, or there is no memory for the message.
      closeAnyway();
    }
  }

  private void closeAnyway() {
    try {
      call.close(NOT_SENT, new Metadata());
    } catch (Throwable e) {
      // The call is closed already, so the caller knows that it has ended.
      assert e != null;
    }
  }
}
