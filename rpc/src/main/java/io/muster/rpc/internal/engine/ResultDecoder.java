package io.muster.rpc.internal.engine;

import io.muster.rpc.RemoteException;
import io.muster.rpc.RpcCodec;
import io.muster.rpc.RpcException;
import io.muster.rpc.RpcInterruptedException;
import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.wire.MalformedException;
import io.muster.rpc.internal.wire.RemoteFailure;
import io.muster.rpc.internal.wire.Response;
import io.muster.rpc.internal.world.WorkerInfo;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decodes the responses of other workers. Thread-safe. */
final class ResultDecoder {
  private final int rank;
  private final RpcCodec codec;
  private final ControlMessenger messenger;
  private final Supplier<MessageReferences> newMessage;

  /**
   * Makes a decoder.
   *
   * @param rank the rank of this worker
   */
  ResultDecoder(
      int rank,
      RpcCodec codec,
      ControlMessenger messenger,
      Supplier<MessageReferences> newMessage) {
    this.rank = rank;
    this.codec = codec;
    this.messenger = messenger;
    this.newMessage = newMessage;
  }

  /**
   * Returns the result in a response. Blocks until the owners of the references in it know of this
   * worker, at most as long as the timeout says.
   *
   * @throws RpcException if the call failed or the response cannot be read
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // a result may be null where its type allows it
  <T> T decode(CallTarget target, byte[] message, Duration timeout, Class<T> type) {
    try {
      Response response = Response.decode(message);
      if (response instanceof Response.Failure failure) {
        RemoteFailure thrown = failure.thrown();
        throw new RemoteException(
            target.worker().name(),
            target.label(),
            thrown.className(),
            thrown.message(),
            thrown.stack());
      }
      Object value = value(target.worker(), response, timeout);
      if (!Types.fits(value, type)) {
        throw new MalformedException(
            String.format(
                Locale.ROOT,
                "is %s and not %s",
                value == null ? "null" : value.getClass().getName(),
                type.getName()));
      }
      return (T) value;
    } catch (RpcException e) {
      throw e;
    } catch (MalformedException | IllegalArgumentException e) {
      throw Failures.unreadable(target, String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      throw Failures.unreadable(target, e);
    }
  }

  private @Nullable Object value(WorkerInfo worker, Response response, Duration timeout) {
    MessageReferences references = newMessage.get();
    if (response instanceof Response.Value value) {
      return decode(value.result(), references);
    }
    Response.ValueWithReferences value = (Response.ValueWithReferences) response;
    Object decoded = decode(value.result(), references);
    try {
      references.awaitRegistered(Nanos.of(timeout));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RpcInterruptedException(
          "interrupted while registering references", worker.name(), HeldObjects.FUNCTION, e);
    }
    messenger.send(
        worker,
        Control.of(Control.Kind.RECEIVED, worker.incarnation(), rank, value.ticket()),
        HeldObjects.IGNORE);
    return decoded;
  }

  private @Nullable Object decode(Body body, RpcCodec.References references) {
    return codec.decode(body.array(), body.offset(), body.length(), references);
  }
}
