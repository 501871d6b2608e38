import org.jspecify.annotations.NullMarked;

/** Process groups over the wire of Gloo: ranks in Java beside ranks of PyTorch. */
@NullMarked
module io.muster.collectives {
  requires transitive io.muster.store;
  requires static transitive org.jspecify;

  exports io.muster.collectives;
}
