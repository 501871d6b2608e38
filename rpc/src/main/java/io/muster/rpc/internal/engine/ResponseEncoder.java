package io.muster.rpc.internal.engine;

import io.muster.rpc.RpcCodec;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.Frame;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.wire.RemoteFailure;
import io.muster.rpc.internal.wire.Request;
import io.muster.rpc.internal.wire.Response;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Encodes the responses to calls. Thread-safe. */
final class ResponseEncoder {
  private final RpcCodec codec;
  private final int maxMessageBytes;
  private final OwnedObjects owned;
  private final UnacknowledgedReferences unacknowledged;
  private final Supplier<MessageReferences> newMessage;

  ResponseEncoder(
      RpcCodec codec,
      int maxMessageBytes,
      OwnedObjects owned,
      UnacknowledgedReferences unacknowledged,
      Supplier<MessageReferences> newMessage) {
    this.codec = codec;
    this.maxMessageBytes = maxMessageBytes;
    this.owned = owned;
    this.unacknowledged = unacknowledged;
    this.newMessage = newMessage;
  }

  /**
   * Encodes the result of a call. A result that the caller wants to leave on this worker is kept,
   * and the response contains null.
   *
   * @throws IllegalArgumentException if the result cannot be sent or kept
   */
  Frame result(Invocation call, @Nullable Object result) {
    MessageReferences references = newMessage.get();
    boolean isEncoded = false;
    try {
      byte[] bytes = codec.encode(keep(call.request(), result), references);
      if (bytes.length > maxMessageBytes) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "has %d bytes, more than the %d that a message may have (maxMessageBytes)",
                bytes.length,
                maxMessageBytes));
      }
      Body body = Body.of(bytes);
      Response response =
          references.hasSent()
              ? new Response.ValueWithReferences(
                  unacknowledged.add(references, call.deadlineNanos()), body)
              : new Response.Value(body);
      isEncoded = true;
      return response.encode();
    } finally {
      if (!isEncoded) {
        references.giveBackSent();
      }
    }
  }

  /** Keeps the result if the caller wants that; returns what is sent. */
  private @Nullable Object keep(Request request, @Nullable Object result) {
    Optional<ObjectId> id = request.result();
    if (id.isEmpty()) {
      return result;
    } else if (result == null) {
      throw new IllegalArgumentException("is null, which cannot be referenced");
    }
    owned.keep(id.get(), result, request.caller(), id.get().number());
    return null;
  }

  /** Encodes an exception that a function threw. */
  Frame thrown(Throwable thrown) {
    return new Response.Failure(RemoteFailure.of(thrown)).encode();
  }
}
