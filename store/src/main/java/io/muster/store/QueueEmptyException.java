package io.muster.store;

/** A queue had no item to pop; PyTorch's {@code QueueEmptyError}. */
public final class QueueEmptyException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final String key;

  /** Creates an exception about the queue {@code key} of the store {@code where}. */
  public QueueEmptyException(String key, String where) {
    super("queue is empty: " + key + " (" + where + ")");
    this.key = key;
  }

  /** The name of the queue. */
  public String key() {
    return key;
  }
}
