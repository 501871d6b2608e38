package io.muster.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private final AtomicInteger computed = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final Snapshot<Integer> snapshot = new Snapshot<>(computed::incrementAndGet, nanos::get);

  @Test
  void unreadSnapshot_isNotComputed() {
    assertThat(computed).hasValue(0);
  }

  @Test
  void value_isComputedAtMostOnceASecond() {
    assertThat(snapshot.get()).isEqualTo(1);
    nanos.addAndGet(999_999_999);
    assertThat(snapshot.get()).isEqualTo(1);

    nanos.incrementAndGet();

    assertThat(snapshot.get()).isEqualTo(2);
    assertThat(snapshot.get()).isEqualTo(2);
  }
}
