package io.muster.store.internal.wire;

/** The one-byte replies. */
public final class Reply {
  /** CHECK: every key is there. */
  public static final int READY = 0;

  /** CHECK: a key is missing. */
  public static final int NOT_READY = 1;

  /** WAIT and BARRIER: released. */
  public static final int STOP_WAITING = 0;

  /** CANCEL_WAIT: nothing is waited for any more. */
  public static final int WAIT_CANCELED = 1;

  /** A wait with a number: it would be too much for its connection or the server. */
  public static final int WAIT_REFUSED = 2;

  /** Muster's own requests: the answer follows. */
  public static final int FOUND = 0;

  /** COMPARE_AND_SWAP: the value was replaced; nothing follows. */
  public static final int SWAPPED = 0;

  /** Muster's own requests: no such key; nothing follows. */
  public static final int ABSENT = 1;

  /** TRY_ADD: the value is no number; it follows. */
  public static final int NOT_A_NUMBER = 2;

  /** COMPARE_AND_SWAP: the key has another value, which follows. */
  public static final int OTHER_VALUE = 2;

  private Reply() {}
}
