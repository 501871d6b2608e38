package io.muster.store;

/**
 * A {@link Watcher} has missed changes, because the server does not keep them any more, or because
 * its revision is not one of this server. The watcher continues after {@link #revision}. The caller
 * should read the keys again, because it does not know what they are.
 */
public final class ChangesMissedException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final long revision;

  /** Creates an exception about changes up to and including {@code revision}. */
  public ChangesMissedException(String message, long revision) {
    super(message);
    this.revision = revision;
  }

  /** The revision up to which changes were missed. The watcher continues after it. */
  public long revision() {
    return revision;
  }
}
