package io.muster.rpc;

import java.util.Locale;

/**
 * The called function threw an exception. That exception stays on its worker. It is described here
 * as text, so that a worker cannot make another one create objects by throwing.
 */
public final class RemoteException extends RpcException {
  private static final long serialVersionUID = 1L;

  private final String remoteClass;
  private final String remoteMessage;
  private final String remoteStack;

  /**
   * Creates an exception.
   *
   * @param worker the name of the called worker
   * @param function the called function or method
   * @param remoteClass the class name of the exception there
   * @param remoteMessage its message; empty if it has none
   * @param remoteStack its stack trace as text
   */
  public RemoteException(
      String worker,
      String function,
      String remoteClass,
      String remoteMessage,
      String remoteStack) {
    super(
        String.format(
            Locale.ROOT,
            "%s on worker '%s' threw %s%s",
            function,
            worker,
            remoteClass,
            remoteMessage.isEmpty() ? "" : ": " + remoteMessage),
        worker,
        function,
        null);
    this.remoteClass = remoteClass;
    this.remoteMessage = remoteMessage;
    this.remoteStack = remoteStack;
  }

  /** The class name of the exception on the other worker. */
  public String remoteClass() {
    return remoteClass;
  }

  /** The message of that exception; empty if it has none. */
  public String remoteMessage() {
    return remoteMessage;
  }

  /** The stack trace of that exception and its causes. A very long one is cut at the end. */
  public String remoteStack() {
    return remoteStack;
  }
}
