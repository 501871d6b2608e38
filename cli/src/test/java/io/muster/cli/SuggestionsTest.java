package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
  @ParameterizedTest
  @CsvSource({
    "get,get,0",
    "gte,get,1",
    "gt,get,1",
    "gett,get,1",
    "gat,get,1",
    "teg,get,2",
    "ca,abc,3",
    "'',get,3",
    "endpiont,endpoint,1"
  })
  void mistakes_areCounted(String from, String to, int mistakes) {
    assertThat(Suggestions.mistakes(from, to)).isEqualTo(mistakes);
    assertThat(Suggestions.mistakes(to, from)).isEqualTo(mistakes);
  }

  @Test
  void names_withTheFewestMistakesAreFirst() {
    assertThat(Suggestions.of("--max-keys", List.of("--max-value", "--max-keyss", "--max-key")))
        .containsExactly("--max-keyss", "--max-key");
    assertThat(Suggestions.of("srve", List.of("serve", "perf"))).containsExactly("serve");
  }

  @Test
  void shortName_hasAtMostOneMistake() {
    assertThat(Suggestions.of("fly", List.of("kv", "run", "serve"))).isEmpty();
    assertThat(Suggestions.of("-x", List.of("-h", "-V"))).isEmpty();
  }
}
