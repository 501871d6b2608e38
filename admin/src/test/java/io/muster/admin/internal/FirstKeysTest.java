package io.muster.admin.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstKeysTest {
  private static List<String> select(int limit, List<String> keys) {
    FirstKeys selected = FirstKeys.of(keys.stream().map(key -> key.getBytes(UTF_8)), limit);
    assertThat(selected.areAll()).isEqualTo(selected.keys().size() == keys.size());
    return selected.keys().stream().map(key -> new String(key, UTF_8)).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 99, 100, 101})
  void selected_areTheFirst_whateverTheOrder(int limit) {
    List<String> sorted = IntStream.range(1000, 1100).mapToObj(String::valueOf).toList();
    for (int seed = 0; seed < 20; seed++) {
      List<String> shuffled = new ArrayList<>(sorted);
      Collections.shuffle(shuffled, new Random(seed));

      assertThat(select(limit, shuffled)).isEqualTo(sorted.subList(0, Math.min(limit, 100)));
    }
  }

  @Test
  void noKeys_areAll() {
    assertThat(select(1, List.of())).isEmpty();
  }

  @Test
  void bytes_areUnsigned() {
    assertThat(select(2, List.of("\u00e9", "z", "a"))).containsExactly("a", "z");
  }

  @Test
  void longKeys_endThePage_withoutAGap() {
    String half = "x".repeat(FirstKeys.MAX_BYTES / 2);
    List<String> sorted = List.of("a" + half, "b", "c" + half, "d", "e" + half);
    for (int seed = 0; seed < 20; seed++) {
      List<String> shuffled = new ArrayList<>(sorted);
      Collections.shuffle(shuffled, new Random(seed));

      assertThat(select(10, shuffled)).isEqualTo(sorted.subList(0, 2));
    }
  }

  @Test
  void keyLongerThanAPage_isAPage() {
    byte[] key = new byte[FirstKeys.MAX_BYTES + 1];
    byte[] next = Arrays.copyOf(key, key.length + 1);

    FirstKeys selected = FirstKeys.of(List.of(next, key).stream(), 10);

    assertThat(selected.keys()).containsExactly(key);
    assertThat(selected.areAll()).isFalse();
  }
}
