package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class PageTest {
  @Test
  void text_allValues_areInTheTemplate() throws IOException {
    Page page = Page.of("attacks.md").with("rounds", 3).with("machine", "$1 \\").with("table", "");

    assertThat(page.text()).contains("\n3 rounds.").contains("\n$1 \\\n").doesNotContain("${");
  }

  @Test
  void text_valueMissing_namesIt() throws IOException {
    Page page = Page.of("attacks.md").with("rounds", 3).with("table", "");

    assertThatIllegalStateException().isThrownBy(page::text).withMessage("no value for ${machine}");
  }
}
