package io.muster.rendezvous;

import io.muster.store.NetworkException;
import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import java.util.Objects;

/**
 * Where the processes of a job meet: a store that they share, and which of them this one is. The
 * outcome of PyTorch's {@code rendezvous}.
 *
 * <pre>{@code
 * try (Rendezvous rendezvous = Rendezvous.of("tcp://10.0.0.1:29500?rank=0&world_size=2")) {
 *   rendezvous.store().set("rank/" + rendezvous.rank(), address);
 * }
 * }</pre>
 *
 * @param store the store, which belongs to this rendezvous
 * @param rank the number of this process, from 0 on
 * @param worldSize how many processes meet; negative if that is not fixed
 */
public record Rendezvous(Store store, int rank, int worldSize) implements AutoCloseable {
  /** A rendezvous that a {@link RendezvousHandler} has brought about. */
  public Rendezvous {
    Objects.requireNonNull(store, "store");
  }

  /**
   * Meets the others, with the default options.
   *
   * @see #of(String, RendezvousOptions)
   */
  public static Rendezvous of(String url) {
    return of(url, RendezvousOptions.defaults());
  }

  /**
   * Meets the others, as the process {@code rank} of {@code worldSize}, of which the URL then says
   * nothing.
   *
   * @see #of(String, RendezvousOptions)
   */
  public static Rendezvous of(String url, int rank, int worldSize) {
    return of(url, RendezvousOptions.builder().rank(rank).worldSize(worldSize).build());
  }

  /**
   * Meets the others where the URL says. How long that blocks is up to the scheme; for {@code
   * tcp://} and {@code env://}, rank 0 hosts the store and waits until all have joined, and the
   * others wait until they are connected.
   *
   * @throws IllegalArgumentException if the URL, or for {@code env://} the environment, lacks
   *     something, or the options and the URL both give a rank or a world size
   * @throws IllegalStateException if the scheme has no handler
   * @throws NetworkException if a connection cannot be made, or a port not be listened on, in time
   * @throws StoreTimeoutException if others have not come in time
   */
  public static Rendezvous of(String url, RendezvousOptions options) {
    RendezvousRequest request = RendezvousRequest.parse(url, options);
    return options.registry().handler(request.scheme()).meet(request);
  }

  /** Closes the store. */
  @Override
  public void close() {
    store.close();
  }
}
