package io.muster.launcher;

import io.muster.fixtures.JavadocExamples;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples in the Javadoc of the API compile. */
class JavadocExamplesTest {
  @ParameterizedTest
  @ValueSource(classes = {Launcher.class, WorldSpec.class})
  void examples_compile(Class<?> documented) throws IOException {
    JavadocExamples.compileMembers(documented);
  }
}
