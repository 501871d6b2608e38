package io.muster.admin.internal;

import io.muster.store.KeyText;
import io.muster.store.server.StoreJob;
import io.muster.store.server.StoreServerStatistics;
import java.util.List;

/** What lists show of a job: a state that is at most one second old. Thread-safe. */
final class JobSnapshot {
  private final Snapshot<StoreServerStatistics> statistics;
  private final Snapshot<List<String>> keys;

  JobSnapshot(StoreJob job) {
    this.statistics = new Snapshot<>(job::statistics, System::nanoTime);
    this.keys = new Snapshot<>(() -> sorted(job.keys()), System::nanoTime);
  }

  private static List<String> sorted(List<byte[]> keys) {
    return keys.stream().map(KeyText::text).sorted().toList();
  }

  /**
   * The counts of the job.
   *
   * @throws IllegalStateException if the job is removed or the server is closed
   */
  StoreServerStatistics statistics() {
    return statistics.get();
  }

  /**
   * The keys of the job in sorted order.
   *
   * @throws IllegalStateException if the job is removed or the server is closed
   */
  List<String> keys() {
    return keys.get();
  }

  /** The next caller gets the state of that moment. */
  void forget() {
    statistics.forget();
    keys.forget();
  }
}
