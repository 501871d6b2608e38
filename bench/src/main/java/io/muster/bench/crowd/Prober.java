package io.muster.bench.crowd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** One more client, which adds all the time and knows how long its longest wait was. */
final class Prober implements AutoCloseable {
  private static final int ADD_REPLY_BYTES = 8;

  /** Enough for the code to be compiled before something is measured. */
  private static final int WARM_CALLS = 2_000;

  private final Caller caller;
  private final FutureTask<Boolean> probing = new FutureTask<>(this::probe);

  /** What began before is not counted. */
  private volatile long countedFrom = System.nanoTime();

  private volatile long longestNanos;
  private volatile boolean stopped;

  /** Starts to add to a key of its own. */
  Prober(int port) throws IOException {
    caller = new Caller(port);
    Message add = add();
    for (int i = 0; i < WARM_CALLS; i++) {
      long unusedNanos = caller.call(add, ADD_REPLY_BYTES);
    }
    Thread thread = new Thread(probing, "prober");
    thread.setDaemon(true);
    thread.start();
  }

  private static Message add() throws IOException {
    return Message.of(request -> request.add(Message.bytes("probed"), 1));
  }

  private Boolean probe() throws IOException {
    Message add = add();
    while (!stopped) {
      long start = System.nanoTime();
      long nanos = caller.call(add, ADD_REPLY_BYTES);
      if (start - countedFrom > 0 && nanos > longestNanos) {
        longestNanos = nanos;
      }
    }
    return true;
  }

  /** Forgets what was so far. */
  void reset() {
    longestNanos = 0;
    countedFrom = System.nanoTime();
  }

  /**
   * Ends it.
   *
   * @return the longest time that an add took since the {@link #reset}, in milliseconds
   */
  double stop() throws IOException, InterruptedException {
    stopped = true;
    try {
      boolean unusedTrue = probing.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw new UncheckedIOException(io);
      }
      throw new IllegalStateException(e.getCause());
    }
    return longestNanos / 1e6;
  }

  @Override
  public void close() throws IOException {
    stopped = true;
    caller.close();
  }
}
