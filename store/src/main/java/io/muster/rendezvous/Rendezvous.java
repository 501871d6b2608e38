package io.muster.rendezvous;

import io.muster.store.NetworkException;
import io.muster.store.Store;
import io.muster.store.StoreInterruptedException;
import io.muster.store.StoreTimeoutException;
import java.util.Objects;

/**
 * The outcome of a rendezvous: the store that the processes of a job share, and the rank of this
 * process. PyTorch's {@code rendezvous} returns the same three things.
 *
 * <pre>{@code
 * try (Rendezvous rendezvous = Rendezvous.of("tcp://127.0.0.1:0?rank=0&world_size=1")) {
 *   rendezvous.store().set("rank/" + rendezvous.rank(), "10.0.0.1:7000");
 * }
 * }</pre>
 *
 * <p>Closing a rendezvous closes its store.
 *
 * @param store the store, which this rendezvous owns
 * @param rank the rank of this process, from 0
 * @param worldSize the number of processes; negative if it is not fixed
 */
public record Rendezvous(Store store, int rank, int worldSize) implements AutoCloseable {
  /**
   * Creates the result of a {@link RendezvousHandler}, which passes the ownership of the store on.
   */
  public Rendezvous {
    Objects.requireNonNull(store, "store");
  }

  /**
   * Meets the other processes, with the default options.
   *
   * @see #of(String, RendezvousOptions)
   */
  public static Rendezvous of(String url) {
    return of(url, RendezvousOptions.defaults());
  }

  /**
   * Meets the other processes as rank {@code rank} of {@code worldSize}. The URL must not contain
   * either.
   *
   * @see #of(String, RendezvousOptions)
   */
  public static Rendezvous of(String url, int rank, int worldSize) {
    return of(url, RendezvousOptions.builder().rank(rank).worldSize(worldSize).build());
  }

  /**
   * Meets the other processes at the URL. The scheme decides how long this blocks. For {@code
   * tcp://} and {@code env://}, rank 0 hosts the store and waits until all processes have joined;
   * the other ranks wait until they are connected. {@code file://} does not wait for other
   * processes.
   *
   * @throws IllegalArgumentException if the URL or, for {@code env://}, the environment lacks
   *     something, or if rank or world size are in both the URL and the options
   * @throws IllegalStateException if the scheme has no handler
   * @throws NetworkException if a server cannot listen, or a connection cannot be made in time
   * @throws StoreTimeoutException if other processes have not joined in time
   * @throws StoreInterruptedException if the calling thread is interrupted
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
