package io.muster.store.internal.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HistoryMemoryTest {
  private final HistoryMemory memory = new HistoryMemory(MemoryBudget.root("a test", 100));

  private static final class Limited implements HistoryMemory.Part {
    long limit;
    @Nullable Error failure;

    @Override
    public void setLimit(long bytes) {
      Error thrown = failure;
      if (thrown != null) {
        throw thrown;
      }
      limit = bytes;
    }
  }

  @Test
  void historyThatCouldNotBeAdded_hasOnePartOnceItIsAddedAgain() {
    Limited first = new Limited();
    first.failure = new OutOfMemoryError("as the test wants");
    assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> memory.add(first));
    first.failure = null;
    Limited second = new Limited();

    memory.add(first);
    memory.add(second);

    assertThat(first.limit).isEqualTo(50);
    assertThat(second.limit).isEqualTo(50);
    memory.remove(first);
    assertThat(second.limit).isEqualTo(100);
  }
}
