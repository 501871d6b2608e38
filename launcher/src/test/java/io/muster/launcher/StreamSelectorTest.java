package io.muster.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamSelectorTest {
  @Test
  void number_isForAllRanks() {
    assertThat(StreamSelector.parse("1").hasOutput(7)).isTrue();
    assertThat(StreamSelector.parse("1").hasError(7)).isFalse();
    assertThat(StreamSelector.parse("2").hasOutput(0)).isFalse();
    assertThat(StreamSelector.parse("3").hasError(0)).isTrue();
    assertThat(StreamSelector.parse("0").isNone()).isTrue();
  }

  @Test
  void mapping_takesRanksOfAnyNumberOfDigits() {
    StreamSelector selector = StreamSelector.parse("0:1,10:3,123:2");

    assertThat(selector.hasOutput(0)).isTrue();
    assertThat(selector.hasError(0)).isFalse();
    assertThat(selector.hasOutput(1)).isFalse();
    assertThat(selector.hasOutput(10)).isTrue();
    assertThat(selector.hasError(10)).isTrue();
    assertThat(selector.hasError(123)).isTrue();
    assertThat(selector.hasOutput(123)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "4", "-1", "0:4", "0:", ":1", "0:1,", "a:1", "0:1 1:1"})
  void otherText_isRefused(String text) {
    assertThatThrownBy(() -> StreamSelector.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "' selects no streams; expected 0, 1, 2 or 3");
  }
}
