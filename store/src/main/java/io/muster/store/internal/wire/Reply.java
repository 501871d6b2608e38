package io.muster.store.internal.wire;

/** The one-byte replies. */
public final class Reply {
  /** CHECK: all keys are set. */
  public static final int READY = 0;

  /** CHECK: a key is missing. */
  public static final int NOT_READY = 1;

  /** WAIT and BARRIER: the wait is over. */
  public static final int STOP_WAITING = 0;

  /** CANCEL_WAIT: the wait is removed. */
  public static final int WAIT_CANCELED = 1;

  /** A numbered wait: it would exceed a limit of its connection or of the server. */
  public static final int WAIT_REFUSED = 2;

  /** Muster's own requests: the result follows. */
  public static final int FOUND = 0;

  /** COMPARE_AND_SWAP: the value was replaced; nothing follows. */
  public static final int SWAPPED = 0;

  /** Muster's own requests: the key is missing; nothing follows. */
  public static final int ABSENT = 1;

  /** CHANGES: the server does not know all changes after the revision. */
  public static final int NOT_KEPT = 1;

  /** TRY_ADD: the value is not a number; it follows. */
  public static final int NOT_A_NUMBER = 2;

  /** COMPARE_AND_SWAP: the key has another value, which follows. */
  public static final int OTHER_VALUE = 2;

  private Reply() {}
}
