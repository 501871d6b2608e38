package io.muster.store.internal.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.wire.LimitException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How willingly memory is taken from a client: it depends on how long each byte has been held. */
class SharedMemoryTest {
  private static final long LIMIT = 64L << 20;
  private static final long FEW_BYTES = 100;
  private static final long MANY_BYTES = 64 * 1024;

  private final SharedMemory memory =
      new SharedMemory(MemoryBudget.root("a test", LIMIT), LIMIT, true);

  @Test
  void fewBytesHeldLong_giveThoseThatAreAddedNoWeight() throws LimitException {
    Holding holding = new Holding(memory, new NoClient());
    holding.change(FEW_BYTES);
    holding.since -= TimeUnit.SECONDS.toNanos(20);

    holding.change(MANY_BYTES);

    double weight = memory.weight(holding.bytes, holding.since, System.nanoTime());
    assertThat(weight).isBetween(20e9 * FEW_BYTES * 0.99, 40e9 * FEW_BYTES);
  }
}
