package io.muster.rpc.internal.transport;

import io.grpc.ServerCall;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import org.jspecify.annotations.Nullable;

/** Receives the one message of a request. Called on the event loop of the connection only. */
abstract class RequestReceiver extends ServerCall.Listener<Message>
    implements ClientConnection.Arriving {
  private static final CallFailure TOO_MANY_ARRIVING =
      CallFailure.of(Kind.REJECTED, "too many messages of calls are arriving");
  private static final CallFailure LATE =
      CallFailure.of(Kind.TIMED_OUT, "its message did not arrive in time");
  private static final CallFailure NO_MESSAGE =
      CallFailure.of(Kind.INVALID_REQUEST, "a call without a message");

  private final ServerCall<Message, Message> call;
  private final ClientConnection connection;
  private @Nullable Message message;
  private boolean hasArrived;

  RequestReceiver(ServerCall<Message, Message> call, ClientConnection connection) {
    this.call = call;
    this.connection = connection;
  }

  /** Handles the message. */
  abstract void received(byte[] bytes, Reply reply);

  /** Asks for the message, or refuses the request if too many messages are arriving. */
  RequestReceiver begin() {
    if (connection.begin(this)) {
      // One more than the only message, so that gRPC notices a second one.
      call.request(2);
    } else {
      hasArrived = true;
      refuse(TOO_MANY_ARRIVING);
    }
    return this;
  }

  private void refuse(CallFailure failure) {
    GrpcStatuses.close(call, failure);
  }

  @Override
  public void onMessage(Message received) {
    message = received;
  }

  @Override
  public void onHalfClose() {
    if (hasArrived) {
      return;
    }
    hasArrived = true;
    connection.end(this);
    Reply reply = new CallReply(call);
    Message request = message;
    if (request == null) {
      reply.fail(NO_MESSAGE);
    } else {
      message = null;
      received(request.bytes(), reply);
    }
  }

  @Override
  public void onCancel() {
    if (!hasArrived) {
      hasArrived = true;
      connection.end(this);
      connection.countWasted();
    }
  }

  @Override
  public void late() {
    if (!hasArrived) {
      hasArrived = true;
      message = null;
      refuse(LATE);
    }
  }
}
