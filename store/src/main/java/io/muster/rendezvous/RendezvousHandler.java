package io.muster.rendezvous;

/**
 * Performs the rendezvous for the URLs of one scheme. Implementations must be thread-safe.
 *
 * <p>{@link java.util.ServiceLoader} finds a public implementation with a public constructor
 * without parameters, if its module {@code provides} it or, on the class path, if {@code
 * META-INF/services/io.muster.rendezvous.RendezvousHandler} names it. Register any other
 * implementation with {@link RendezvousRegistry#register}.
 */
public interface RendezvousHandler {
  /** The scheme of the URL, in lower case: the part before {@code ://}. */
  String scheme();

  /**
   * Meets the other processes. Blocks until this process can use the store, at most for {@link
   * RendezvousRequest#timeout}. The caller owns the result.
   *
   * @throws IllegalArgumentException if the URL lacks something; see {@link
   *     RendezvousRequest#invalid}
   */
  Rendezvous meet(RendezvousRequest request);
}
