package io.muster.cli;

import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import java.util.concurrent.Callable;

/** One operation on a store: connects, runs, and disconnects. */
abstract class KvOperation implements Callable<Integer> {
  private final KvCommand kv;

  KvOperation(KvCommand kv) {
    this.kv = kv;
  }

  @Override
  public final Integer call() {
    requireSense();
    try (Store store = kv.connect()) {
      run(store);
    } catch (StoreTimeoutException e) {
      throw e.timeout().isZero() ? notThere(String.join(", ", e.missingKeys())) : e;
    }
    return ExitCode.OK;
  }

  /**
   * Refuses arguments that make no sense, before there is a connection.
   *
   * @throws IllegalArgumentException if there are such
   */
  void requireSense() {}

  /** Does it. An exception says why not; see {@link Failures}. */
  abstract void run(Store store);

  final KvCommand kv() {
    return kv;
  }

  final Streams streams() {
    return kv.streams();
  }

  final CommandFailedException notThere(String what) {
    return CommandFailedException.notThere("not there: " + what + " (" + kv.endpoint() + ")");
  }
}
