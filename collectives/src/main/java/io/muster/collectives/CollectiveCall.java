package io.muster.collectives;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A call of a collective. Its arguments are checked, and its tag is its position in the order of
 * calls.
 *
 * @param operation the method's name
 * @param tag its position in the order of calls
 * @param needsEveryone whether no rank can finish before all ranks have begun
 * @param body carries it out
 * @param objection why the result is not what was asked for, if so; to be said when all is done,
 *     since the others count on this rank's part
 */
record CollectiveCall(
    GlooBackend backend,
    String operation,
    int tag,
    boolean needsEveryone,
    Body body,
    @Nullable String objection) {
  /** A call whose result is what was asked for. */
  CollectiveCall(GlooBackend backend, String operation, int tag, boolean needsEveryone, Body body) {
    this(backend, operation, tag, needsEveryone, body, null);
  }

  /** What a collective does. */
  interface Body {
    void on(OperationContext run);
  }

  /** Does it on this thread. */
  void run(Duration timeout) {
    backend.whileOpen(() -> runNow(timeout));
  }

  /** Does it on a thread of the group. */
  Work start(Duration timeout) {
    CollectiveWork work = new CollectiveWork(this, timeout);
    try {
      backend.execute(work);
    } catch (OutOfMemoryError e) {
      // No thread could be started, but the call keeps its position in the order of calls.
      failed(e);
      throw e;
    }
    return work;
  }

  void runNow(Duration timeout) {
    try (OperationContext run =
        new OperationContext(backend, toString(), operation, needsEveryone, timeout)) {
      body.on(run);
      run.requireNothingLeft();
      run.succeeded();
    } catch (CollectiveException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      failed(e);
      throw e;
    }
    if (objection != null) {
      throw new IllegalArgumentException(objection);
    }
  }

  /** Ends the group, since the others wait for messages that will not come. */
  private void failed(Throwable e) {
    backend.abort(
        new CollectiveException(
            String.format(Locale.ROOT, "%s on %s failed: %s", this, backend, e),
            operation,
            List.of(),
            e),
        0);
  }

  @Override
  public String toString() {
    return operation + " (call " + Integer.toUnsignedString(tag) + ")";
  }
}
