import org.jspecify.annotations.NullMarked;

/** Tests whose body runs as several ranks of one world. */
@NullMarked
module io.muster.testing {
  requires transitive io.muster.collectives;
  requires transitive org.junit.jupiter.api;
  requires static transitive org.jspecify;

  exports io.muster.testing;
}
