package io.muster.bench.scale;

/** Where work is done that takes time. */
interface Processor {
  /** One that nobody else uses, so that work begins when it comes. */
  Processor OWN = (now, nanos) -> now + nanos;

  /**
   * Does work that comes now; the times of the calls never fall.
   *
   * @return when it is done
   */
  long work(long now, long nanos);
}
