package io.muster.interop;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The thread that does everything a rank does. */
final class RankThread implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          body -> {
            Thread one = new Thread(body, "rank");
            one.setDaemon(true);
            return one;
          });
  private final Future<? extends Rank> rank;
  private volatile List<List<ByteBuffer>> results = List.of();

  /** Begins to meet the other ranks. */
  RankThread(Callable<? extends Rank> joining) {
    rank = thread.submit(joining);
  }

  /** Waits until all have met. */
  Rank rank() throws ExecutionException, InterruptedException {
    return rank.get();
  }

  /** Starts its part of all the operations, then waits for them; a digest of each result. */
  Future<List<String>> run(List<Operation> operations) {
    return thread.submit(
        () -> {
          Rank member = rank();
          List<Rank.Running> running = operations.stream().map(member::start).toList();
          results = running.stream().map(Rank.Running::await).toList();
          return results.stream().map(Digest::of).toList();
        });
  }

  /** All that one of the operations of the last run left in this rank's memory. */
  String result(int operation) {
    return Digest.hex(results.get(operation));
  }

  @Override
  public void close() {
    Future<?> unused =
        thread.submit(
            () -> {
              rank().close();
              return true;
            });
    thread.shutdown();
  }
}
