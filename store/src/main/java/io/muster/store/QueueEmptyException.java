package io.muster.store;

/** A queue had nothing to pop; PyTorch's {@code QueueEmptyError}. */
public final class QueueEmptyException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final String key;

  /** An exception for the queue {@code key} of the store {@code where}. */
  public QueueEmptyException(String key, String where) {
    super("queue is empty: " + key + " (" + where + ")");
    this.key = key;
  }

  /** The queue. */
  public String key() {
    return key;
  }
}
