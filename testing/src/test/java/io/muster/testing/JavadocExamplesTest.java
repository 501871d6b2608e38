package io.muster.testing;

import io.muster.fixtures.JavadocExamples;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The example in the Javadoc of the API compiles. */
class JavadocExamplesTest {
  @Test
  void example_compiles() throws IOException {
    JavadocExamples.compileMembers(
        World.class,
        "io.muster.collectives.*",
        "org.junit.jupiter.api.*",
        "static org.junit.jupiter.api.Assertions.*");
  }
}
