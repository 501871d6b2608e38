package io.muster.launcher.internal.nodes;

/** This node cannot join the others. */
public final class JoinException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean misuse;

  private JoinException(String message, boolean misuse) {
    super(message);
    this.misuse = misuse;
  }

  static JoinException timeout(String message) {
    return new JoinException(message, false);
  }

  static JoinException misuse(String message) {
    return new JoinException(message, true);
  }

  /** Whether the options of this node are wrong, rather than that a node is missing. */
  public boolean isMisuse() {
    return misuse;
  }
}
