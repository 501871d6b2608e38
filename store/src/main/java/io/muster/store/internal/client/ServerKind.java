package io.muster.store.internal.client;

/** The implementation of a server. */
public enum ServerKind {
  /**
   * PyTorch's, of any version and backend. It gets only requests that PyTorch's own clients send.
   */
  PYTORCH,

  /** Muster's. It gets any request. */
  MUSTER
}
