import org.jspecify.annotations.NullMarked;

/** torch.distributed's stores and rendezvous, speaking PyTorch's own bytes. */
@NullMarked
module io.muster.store {
  requires com.sun.jna;
  requires static transitive org.jspecify;

  exports io.muster.store;
}
