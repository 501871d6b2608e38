package io.muster.cli;

import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import java.util.concurrent.Callable;

/** One operation on a store: connects, runs the operation, and disconnects. */
abstract class KvOperation implements Callable<Integer> {
  private final KvCommand kv;

  KvOperation(KvCommand kv) {
    this.kv = kv;
  }

  @Override
  public final Integer call() {
    validate();
    try (Store store = kv.connect()) {
      run(store);
    } catch (StoreTimeoutException e) {
      throw e.timeout().isZero() ? notFound(String.join(", ", e.missingKeys())) : e;
    }
    return ExitCode.OK;
  }

  /**
   * Checks the arguments before connecting.
   *
   * @throws IllegalArgumentException if they are invalid
   */
  void validate() {}

  /** Runs the operation. {@link Failures} reports its exceptions. */
  abstract void run(Store store);

  final KvCommand kv() {
    return kv;
  }

  final Streams streams() {
    return kv.streams();
  }

  final CommandFailedException notFound(String what) {
    return CommandFailedException.notFound("not found: " + what + " (" + kv.endpoint() + ")");
  }
}
