package io.muster.rpc;

import io.muster.rpc.internal.wire.RemoteFailure;
import java.util.Locale;

/**
 * What was called on another worker has thrown. The exception itself stays there; what came over is
 * text, so that no worker can make another one create objects by failing.
 */
public final class RemoteException extends RpcException {
  private static final long serialVersionUID = 1L;

  private final String remoteClass;
  private final String remoteMessage;
  private final String remoteStack;

  RemoteException(String worker, String function, RemoteFailure thrown) {
    super(
        String.format(
            Locale.ROOT,
            "%s on worker '%s' threw %s%s",
            function,
            worker,
            thrown.className(),
            thrown.message().isEmpty() ? "" : ": " + thrown.message()),
        worker,
        function,
        null);
    this.remoteClass = thrown.className();
    this.remoteMessage = thrown.message();
    this.remoteStack = thrown.stack();
  }

  /** The name of the class that was thrown. */
  public String remoteClass() {
    return remoteClass;
  }

  /** Its message, empty if it had none. */
  public String remoteMessage() {
    return remoteMessage;
  }

  /** Its stack trace and those of its causes, as text; the end of a very long one is missing. */
  public String remoteStack() {
    return remoteStack;
  }
}
