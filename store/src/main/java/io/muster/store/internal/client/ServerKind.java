package io.muster.store.internal.client;

/** Whose server it is. */
public enum ServerKind {
  /**
   * PyTorch's, of any version and backend: it is asked nothing but what PyTorch's own clients ask.
   */
  PYTORCH,

  /** Muster's: it may be asked all there is. */
  MUSTER
}
