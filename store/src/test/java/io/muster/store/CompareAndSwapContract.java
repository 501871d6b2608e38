package io.muster.store;

import static io.muster.store.StoreFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Fault F3. A swap says whether it was this caller's; against PyTorch's servers, which do not say,
 * it is refused. Every other caller of compareSet that takes the value for an answer was looked at:
 * RPC's workers claim their names with values of which each is different, and the fallback of
 * append says that it cannot know.
 */
public interface CompareAndSwapContract extends StoreFixture {
  /** A dash stands for no key. */
  @ParameterizedTest
  @CsvSource({
    "-,  '', d,  true,  d",
    "-,  '', '', true,  ''",
    "-,  e,  d,  false, -",
    "-,  e,  e,  false, -",
    "-,  e,  '', false, -",
    "'', '', d,  true,  d",
    "'', e,  d,  false, ''",
    "'', e,  '', false, ''",
    "d,  e,  d,  false, d",
    "d,  '', d,  false, d",
    "e,  e,  d,  true,  d",
    "e,  e,  '', true,  ''",
    "e,  e,  e,  true,  e",
    "e,  '', d,  false, e",
    "ee, e,  d,  false, ee"
  })
  default void compareAndSwap_saysWhetherItSwapped_andWhatIsThere(
      String before, String expected, String desired, boolean swapped, String after) {
    Store store = store();
    if (!before.equals("-")) {
      store.set("k", before);
    }
    if (isKeptByPyTorch()) {
      assertThatThrownBy(() -> store.compareAndSwap("k", expected, desired))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("compareSet");
      assertThat(store.check("k")).isEqualTo(!before.equals("-"));
      return;
    }

    SwapResult result = store.compareAndSwap("k", expected, desired);

    assertThat(result.swapped()).isEqualTo(swapped);
    assertThat(store.check("k")).isEqualTo(!after.equals("-"));
    if (after.equals("-")) {
      assertThat(result.value()).isEmpty();
    } else {
      assertThat(result.value()).contains(bytes(after));
      assertThat(store.getString("k")).isEqualTo(after);
    }
  }

  @Test
  default void compareAndSwap_byManyAtOnceWithOneValue_isOnesAlone() {
    if (isKeptByPyTorch()) {
      return;
    }
    int threads = 6;
    int rounds = 50;
    CyclicBarrier start = new CyclicBarrier(threads);
    var swapping =
        IntStream.range(0, threads)
            .mapToObj(i -> anotherHandle())
            .map(handle -> Background.call(() -> swaps(handle, start, rounds)))
            .toList();

    List<List<Boolean>> swapped = swapping.stream().map(Background::result).toList();

    for (int round = 0; round < rounds; round++) {
      int now = round;
      assertThat(swapped.stream().filter(results -> results.get(now)))
          .as("who was told in round %s", round)
          .hasSize(1);
    }
  }

  private static List<Boolean> swaps(Store store, CyclicBarrier start, int rounds)
      throws BrokenBarrierException, InterruptedException {
    List<Boolean> swapped = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      int unused = start.await();
      SwapResult result = store.compareAndSwap("lock" + round, "", "mine");
      assertThat(result.value()).contains(bytes("mine"));
      swapped.add(result.swapped());
    }
    return swapped;
  }

  @Test
  default void compareAndSwap_arrays_areTheCallers() {
    if (isKeptByPyTorch()) {
      return;
    }
    byte[] desired = bytes("abc");

    store().compareAndSwap("k", new byte[0], desired).value().orElseThrow()[0] = 'X';
    desired[1] = 'Y';
    store().compareAndSwap("k", bytes("other"), bytes("z")).value().orElseThrow()[2] = 'Z';

    assertThat(store().getString("k")).isEqualTo("abc");
  }
}
