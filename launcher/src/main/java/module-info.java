import org.jspecify.annotations.NullMarked;

/** Starts, supervises and restarts the ranks of a world as processes. */
@NullMarked
module io.muster.launcher {
  requires transitive io.muster.store;
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.core;

  exports io.muster.launcher;
}
