package io.muster.bench.scale;

/** A processor, or a link, that does one thing after the other in the order in which they come. */
final class Station implements Processor {
  private long free;
  private long busy;

  @Override
  public long work(long now, long nanos) {
    busy += nanos;
    free = Math.max(free, now) + nanos;
    return free;
  }

  /** Nanoseconds for which it had work. */
  long busy() {
    return busy;
  }
}
