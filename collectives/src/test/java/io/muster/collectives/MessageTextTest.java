package io.muster.collectives;

import static io.muster.fixtures.PrintableMessages.HOSTILE;
import static io.muster.fixtures.PrintableMessages.assertEscapes;
import static io.muster.fixtures.PrintableMessages.assertPrintable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.muster.store.HashStore;
import io.muster.store.Store;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fault A7: text of other processes in messages of exceptions. Bytes that ranks publish and send
 * are shown as numbers. Names come from options and from the store.
 */
class MessageTextTest {
  private enum Given {
    INTERFACE {
      @Override
      ProcessGroupOptions.Builder to(ProcessGroupOptions.Builder options) {
        return options.store(new HashStore()).interfaceNames(HOSTILE);
      }
    },
    URL {
      @Override
      ProcessGroupOptions.Builder to(ProcessGroupOptions.Builder options) {
        return options.initMethod(HOSTILE);
      }
    };

    abstract ProcessGroupOptions.Builder to(ProcessGroupOptions.Builder options);
  }

  private static ProcessGroupOptions.Builder options() {
    return ProcessGroupOptions.builder()
        .rank(0)
        .worldSize(2)
        .timeout(Duration.ofMillis(100))
        .environment(Map.of());
  }

  @Test
  void whatAnotherRankPublished_isNotQuoted() {
    Store store = new HashStore();
    store.set("0//cpu//0/1", HOSTILE);
    ProcessGroupOptions options = options().store(store).build();
    try (ProcessGroups groups = new ProcessGroups()) {
      Throwable thrown = catchThrowable(() -> groups.initProcessGroup(options));

      assertThat(thrown).hasMessageContaining("rank 1 has published");
      assertPrintable(thrown);
    }
  }

  @ParameterizedTest
  @EnumSource
  void text_isEscaped(Given given) {
    try (ProcessGroups groups = new ProcessGroups()) {
      ProcessGroupOptions built = given.to(options()).build();

      assertEscapes(() -> groups.initProcessGroup(built));
    }
  }
}
