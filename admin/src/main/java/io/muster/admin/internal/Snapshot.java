package io.muster.admin.internal;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value that is computed on request, at most once a second. Thread-safe. */
final class Snapshot<T> {
  private static final long MAX_AGE_NANOS = 1_000_000_000L;

  private final Supplier<T> source;
  private final LongSupplier nanoTime;
  private @Nullable T value;
  private long since;

  /**
   * A snapshot that is not taken yet.
   *
   * @param nanoTime the time, as {@link System#nanoTime} counts it
   */
  Snapshot(Supplier<T> source, LongSupplier nanoTime) {
    this.source = source;
    this.nanoTime = nanoTime;
  }

  /** Returns the value. Blocks while it is computed; then all callers get the same. */
  synchronized T get() {
    T current = value;
    if (current == null || nanoTime.getAsLong() - since >= MAX_AGE_NANOS) {
      current = source.get();
      value = current;
      since = nanoTime.getAsLong();
    }
    return current;
  }
}
