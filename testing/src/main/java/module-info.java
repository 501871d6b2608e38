import org.jspecify.annotations.NullMarked;

/** A JUnit extension that runs the body of a test as several ranks of one world. */
@NullMarked
module io.muster.testing {
  requires transitive io.muster.collectives;
  requires transitive org.junit.jupiter.api;
  requires static transitive org.jspecify;

  exports io.muster.testing;
}
