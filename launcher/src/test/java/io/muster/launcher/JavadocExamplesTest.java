package io.muster.launcher;

import io.muster.fixtures.JavadocExamples;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ExamplesTest {
  @Test
  void examples_compile() throws IOException {
    JavadocExamples.compile(Launcher.class);
    JavadocExamples.compile(WorldSpec.class);
  }
}
