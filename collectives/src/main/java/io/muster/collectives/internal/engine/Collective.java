package io.muster.collectives.internal.engine;

import io.muster.collectives.CollectiveException;
import io.muster.collectives.Work;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A collective that this rank has called. Its arguments are valid, and its tag is its position in
 * the order of the group's collectives. It has not run yet.
 *
 * @param method the name of the called method
 * @param tag the position in the order of calls; unsigned
 * @param needsAllRanks whether no rank can finish before all ranks have started
 * @param body runs the algorithm
 * @param refusal why the result is not what the caller asked for; null if it is. Thrown when the
 *     collective is done, because the other ranks rely on this rank's part.
 */
record Collective(
    GlooBackend backend,
    String method,
    int tag,
    boolean needsAllRanks,
    Body body,
    @Nullable String refusal) {
  /** A collective whose result is what the caller asked for. */
  Collective(GlooBackend backend, String method, int tag, boolean needsAllRanks, Body body) {
    this(backend, method, tag, needsAllRanks, body, null);
  }

  /** The algorithm of a collective, with its arguments. */
  interface Body {
    void run(Operation operation);
  }

  /** Runs this collective on the calling thread. */
  void run(Duration timeout) {
    backend.whileOpen(() -> runNow(timeout));
  }

  /** Runs this collective on a thread of the group. */
  Work start(Duration timeout) {
    CollectiveWork work = new CollectiveWork(this, timeout);
    try {
      backend.execute(work);
    } catch (OutOfMemoryError e) {
      // The group could not start a thread, and the other ranks wait for this call's messages.
      failed(e);
      throw e;
    }
    return work;
  }

  /** Runs this collective on the calling thread, in a group that {@link GlooBackend} keeps open. */
  void runNow(Duration timeout) {
    try (Operation operation = new Operation(backend, toString(), method, needsAllRanks, timeout)) {
      body.run(operation);
      operation.requireNothingLeft();
      operation.succeeded();
    } catch (CollectiveException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      failed(e);
      throw e;
    }
    if (refusal != null) {
      throw new IllegalArgumentException(refusal);
    }
  }

  /** Aborts the group, because the other ranks wait for messages that will not come. */
  private void failed(Throwable e) {
    backend.abort(
        new CollectiveException(
            String.format(Locale.ROOT, "%s on %s failed: %s", this, backend, e),
            method,
            List.of(),
            e),
        0);
  }

  @Override
  public String toString() {
    return method + " (call " + Integer.toUnsignedString(tag) + ")";
  }
}
