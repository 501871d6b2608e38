import org.jspecify.annotations.NullMarked;

/** torch.distributed's stores and rendezvous, speaking PyTorch's own bytes. */
@NullMarked
module io.muster.store {
  requires static transitive org.jspecify;
  requires com.sun.jna;
  requires jdk.net;

  exports io.muster.rendezvous;
  exports io.muster.store;
  exports io.muster.store.server;

  uses io.muster.rendezvous.RendezvousHandler;
}
