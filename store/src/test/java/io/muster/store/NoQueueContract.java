package io.muster.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** A store that has no queues. */
public interface NoQueueContract extends StoreFixture {
  @Test
  default void queues_areNotImplemented() {
    assertThatThrownBy(() -> store().queuePush("q", "item"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> store().queuePop("q"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> store().queuePop("q", false))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> store().queueLen("q"))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
