package io.muster.store.server;

import io.muster.store.Background;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What must become true soon. */
final class Eventually {
  private Eventually() {}

  static <T> Subject<T> assertThat(Supplier<T> actual) {
    return new Subject<>(actual);
  }

  record Subject<T>(Supplier<T> actual) {
    void isEqualTo(T expected) {
      matches("is " + expected, expected::equals);
    }

    void matches(String description, Predicate<? super T> condition) {
      long start = System.nanoTime();
      while (true) {
        T seen = actual.get();
        if (condition.test(seen)) {
          return;
        }
        if (System.nanoTime() - start > Background.PATIENCE.toNanos()) {
          throw new AssertionError("still " + seen + ", but expected: " + description);
        }
        Thread.onSpinWait();
      }
    }
  }
}
