package io.muster.store.server;

import io.muster.store.internal.serving.ServedJob;
import io.muster.store.internal.wire.Protocol;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A job of a {@link StoreServer}: a store of its own, on a port of its own. Clients of one job see
 * nothing of the others. The memory limits are those of the server, for all jobs together.
 *
 * <p>Methods block until the request that is being served has been served. Thread-safe.
 */
public final class StoreJob {
  private static final byte USER_KEY_PREFIX = (byte) Protocol.USER_KEY_PREFIX.charAt(0);

  private final JobOptions options;
  private final ServedJob job;
  private final Consumer<StoreJob> whenRemoved;

  StoreJob(JobOptions options, ServedJob job, Consumer<StoreJob> whenRemoved) {
    this.options = options;
    this.job = job;
    this.whenRemoved = whenRemoved;
  }

  /** The name of the job. */
  public String name() {
    return options.name();
  }

  /** The number of ranks of the job's world, if the creator gave it. */
  public OptionalInt worldSize() {
    return options.worldSize();
  }

  /** The port on which clients of this job connect. */
  public int port() {
    return addresses().get(0).getPort();
  }

  /** The addresses on which clients of this job connect: at least one, all with the same port. */
  public List<InetSocketAddress> addresses() {
    return job.addresses();
  }

  /**
   * Returns the current counts of this job, taken between two requests.
   *
   * @throws IllegalStateException if the job is removed or the server is closed
   */
  public StoreServerStatistics statistics() {
    return StoreServerStatistics.of(job.statistics());
  }

  /**
   * Returns the keys as clients name them, without bookkeeping keys and queues, in no particular
   * order, as they are at a moment between two requests.
   *
   * <p>The stream copies one key at a time, on the thread that consumes it, while the server goes
   * on. As long as the stream is in use, keys that are deleted meanwhile stay in memory.
   *
   * @return a stream of new arrays, which the caller owns; {@link io.muster.store.KeyText} converts
   *     them to text
   * @throws IllegalStateException if the job is removed or the server is closed
   */
  public Stream<byte[]> keys() {
    return job.keys().stream()
        .filter(key -> key.length > 0 && key[0] == USER_KEY_PREFIX)
        .map(key -> Arrays.copyOfRange(key, 1, key.length));
  }

  /**
   * Deletes all keys and queues. Clients stay connected, and those that wait go on waiting.
   *
   * @throws IllegalStateException if the job is removed or the server is closed
   */
  public void clear() {
    job.clear();
  }

  /**
   * Disconnects all clients, and deletes all keys and queues, so that the next world finds nothing
   * of the last one. No request of a client that is connected now is served afterwards. The port
   * stays the same.
   *
   * @throws IllegalStateException if the job is removed or the server is closed
   * @throws UnsupportedOperationException if the backend is {@link ServerBackend#THREADED}
   */
  public void reset() {
    job.reset();
  }

  /**
   * Stops listening, disconnects the clients of this job, and deletes its keys and queues. Removing
   * it again has no effect.
   *
   * @throws UnsupportedOperationException if the backend is {@link ServerBackend#THREADED}
   */
  public void remove() {
    job.remove();
    whenRemoved.accept(this);
  }

  @Override
  public String toString() {
    return addresses().stream()
        .map(address -> address.getAddress().getHostAddress() + ":" + address.getPort())
        .collect(Collectors.joining(", ", "StoreJob(" + name() + ", ", ")"));
  }
}
