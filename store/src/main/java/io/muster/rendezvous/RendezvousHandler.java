package io.muster.rendezvous;

/**
 * Brings about a {@link Rendezvous} for the URLs of one scheme.
 *
 * <p>A public implementation with a public constructor without parameters is found by {@link
 * java.util.ServiceLoader} if its module {@code provides} it, or on the class path {@code
 * META-INF/services/io.muster.rendezvous.RendezvousHandler} names it. Any other is given to {@link
 * RendezvousRegistry#register}. Implementations must be thread-safe.
 */
public interface RendezvousHandler {
  /** What stands before {@code ://}, in lower case. */
  String scheme();

  /**
   * Meets the others; blocks until this process can use the store, at most for the {@linkplain
   * RendezvousRequest#timeout timeout}. The caller closes what it is given.
   *
   * @throws IllegalArgumentException if the URL lacks something; see {@link
   *     RendezvousRequest#invalid}
   */
  Rendezvous meet(RendezvousRequest request);
}
