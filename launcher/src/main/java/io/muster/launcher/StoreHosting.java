package io.muster.launcher;

/** Which node of a world hosts the store, at {@link WorldSpec#masterAddress}. */
public enum StoreHosting {
  /** The node with rank 0, as with {@code torchrun}'s static rendezvous. */
  NODE_ZERO,

  /**
   * The node that can listen at the address, because it is one of its own. If none can, another
   * process has to be there that hosts the store, such as {@code muster serve}. Host names are not
   * compared.
   */
  OWN_ADDRESS,

  /** This node. */
  ALWAYS,

  /** Another node, or another process. */
  NEVER
}
