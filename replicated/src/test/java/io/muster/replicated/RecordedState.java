package io.muster.replicated;

import io.muster.store.internal.journal.JournaledState;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A state that consists of the number of batches that were applied, and the sum of the numbers that
 * they begin with.
 */
final class RecordedState implements JournaledState {
  private static final long PATIENCE_SECONDS = 30;

  private final BlockingQueue<byte[]> applied = new LinkedBlockingQueue<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private long count;
  private long sum;
  private int snapshots;
  private @Nullable Long restoredCount;

  /** A batch that begins with a number. */
  static byte[] batch(long number, int length) {
    byte[] batch = new byte[length];
    ByteBuffer.wrap(batch).putLong(number);
    return batch;
  }

  @Override
  public synchronized void restore(InputStream snapshot, long length) throws IOException {
    if (length != 2 * Long.BYTES) {
      throw new IOException("a snapshot of " + length + " bytes");
    }
    ByteBuffer numbers = ByteBuffer.wrap(snapshot.readAllBytes());
    count = numbers.getLong();
    sum = numbers.getLong();
    restoredCount = count;
  }

  @Override
  public synchronized CompletableFuture<Void> apply(byte[] batch) {
    count++;
    sum += ByteBuffer.wrap(batch).getLong();
    applied.add(batch);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized Snapshot snapshot() {
    long countNow = count;
    long sumNow = sum;
    return new Snapshot() {
      @Override
      public void writeTo(OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        data.writeLong(countNow);
        data.writeLong(sumNow);
        data.flush();
      }

      @Override
      public void close() {
        closed();
      }
    };
  }

  private synchronized void closed() {
    snapshots++;
  }

  @Override
  public void fail(Throwable reason) {
    boolean unusedFirst = failure.complete(reason);
  }

  /** The batch that is applied next. */
  byte[] awaitApplied() throws InterruptedException {
    byte[] batch = applied.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (batch == null) {
      throw new AssertionError("no batch was applied; " + failure);
    }
    return batch;
  }

  /** The batches that were applied until now are not awaited. */
  void forgetApplied() {
    applied.clear();
  }

  synchronized long count() {
    return count;
  }

  synchronized long sum() {
    return sum;
  }

  synchronized int snapshots() {
    return snapshots;
  }

  /** The number of batches that the restored snapshot had; null if there was none. */
  synchronized @Nullable Long restoredCount() {
    return restoredCount;
  }
}
