import org.jspecify.annotations.NullMarked;

/** Process groups that speak Gloo's protocol, so that Java and PyTorch ranks can form one group. */
@NullMarked
module io.muster.collectives {
  requires transitive io.muster.store;
  requires static transitive org.jspecify;

  exports io.muster.collectives;
}
