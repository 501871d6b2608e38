package io.muster.bench.soak;

import io.muster.store.TcpStore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Times an add each millisecond. */
final class SoakProbe implements SoakLoad.Client {
  private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final String KEY = "probe";

  private final Recorder nanos = new Recorder(3);

  @Override
  public void run(SoakLoad load) {
    try (TcpStore store = load.connect()) {
      for (long count = 1; load.goesOn(); count++) {
        long start = System.nanoTime();
        long sum = store.add(KEY, 1);
        // While one add took long, others were not made that would have taken long as well.
        nanos.recordValueWithExpectedInterval(System.nanoTime() - start, EVERY_NANOS);
        SoakLoad.require(sum == count, "add " + count + " of the probe: " + sum);
        load.countOperations(1);
        LockSupport.parkNanos(EVERY_NANOS);
      }
      SoakLoad.require(store.deleteKey(KEY), "the probe's counter was gone");
    }
  }

  /** The times since the last call, in nanoseconds. */
  Histogram takeNanos() {
    return nanos.getIntervalHistogram();
  }
}
