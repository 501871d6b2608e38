package io.muster.interop;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

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
  private volatile List<Operation> done = List.of();

  /** Begins to meet the other ranks. */
  RankThread(Callable<? extends Rank> joining) {
    rank = thread.submit(joining);
  }

  /** The rank, once all have met. */
  Future<? extends Rank> joined() {
    return rank;
  }

  /** Starts its part of the operations and waits for them; a digest of each result. */
  Future<List<String>> run(Party.Order order, List<Operation> operations) {
    return thread.submit(
        () -> {
          Rank member = rank.get();
          List<List<ByteBuffer>> buffers =
              order == Party.Order.AT_ONCE
                  ? operations.stream().map(member::start).toList().stream()
                      .map(Rank.Running::await)
                      .toList()
                  : operations.stream().map(operation -> finish(member, operation)).toList();
          results = buffers;
          done = operations;
          return IntStream.range(0, buffers.size())
              .mapToObj(i -> Digest.of(operations.get(i).type(), buffers.get(i)))
              .toList();
        });
  }

  private static List<ByteBuffer> finish(Rank member, Operation operation) {
    try {
      return member.start(operation).await();
    } catch (RuntimeException e) {
      throw new IllegalStateException(operation + ": " + e, e);
    }
  }

  /** All that one of the operations of the last run left in this rank's memory. */
  String result(int operation) {
    return Digest.hex(done.get(operation).type(), results.get(operation));
  }

  @Override
  public void close() {
    if (thread.isShutdown()) {
      return;
    }
    Future<?> unused =
        thread.submit(
            () -> {
              rank.get().close();
              return true;
            });
    thread.shutdown();
  }
}
