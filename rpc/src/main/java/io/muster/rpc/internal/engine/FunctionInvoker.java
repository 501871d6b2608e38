package io.muster.rpc.internal.engine;

import io.muster.rpc.RpcCodec;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.RemoteFailure;
import io.muster.rpc.internal.wire.Request;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decodes the arguments of calls and runs their functions. Thread-safe. */
final class FunctionInvoker {
  static final CallFailure OBJECT_GONE =
      CallFailure.of(Kind.OBJECT_GONE, "the object has been released");

  private final RpcCodec codec;
  private final OwnedObjects owned;
  private final Supplier<MessageReferences> newMessage;

  FunctionInvoker(RpcCodec codec, OwnedObjects owned, Supplier<MessageReferences> newMessage) {
    this.codec = codec;
    this.owned = owned;
    this.newMessage = newMessage;
  }

  /**
   * Runs a function on this thread. Before that, blocks until the owners of the references in the
   * arguments know of this worker, at most until the deadline of the call.
   *
   * @return the result, which may be a {@link java.util.concurrent.CompletionStage}
   * @throws RefusedException if the object is gone or the arguments do not fit
   * @throws Throwable what the function throws
   */
  @Nullable Object invoke(Invocation call) throws Throwable {
    Request request = call.request();
    Optional<Object> target = request.target().flatMap(owned::find);
    if (request.target().isPresent() && target.isEmpty()) {
      throw new RefusedException(OBJECT_GONE);
    }
    return call.callee().call(target, arguments(call));
  }

  private @Nullable Object[] arguments(Invocation call)
      throws RefusedException, InterruptedException {
    MessageReferences references = newMessage.get();
    Body body = call.request().arguments();
    Object decoded;
    try {
      decoded = codec.decode(body.array(), body.offset(), body.length(), references);
    } catch (IllegalArgumentException e) {
      throw RefusedException.badArguments("the arguments: " + e.getMessage());
    } catch (RuntimeException e) {
      throw RefusedException.badArguments(
          "the arguments cannot be read: " + RemoteFailure.describe(e));
    }
    if (decoded instanceof Object[] arguments) {
      references.awaitRegistered(call.deadlineNanos() - System.nanoTime());
      return arguments;
    }
    throw RefusedException.badArguments("the arguments are not an array of objects");
  }
}
