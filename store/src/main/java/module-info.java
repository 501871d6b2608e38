import org.jspecify.annotations.NullMarked;

/** torch.distributed's stores and rendezvous, compatible with PyTorch's wire protocol. */
// The exported-to modules are compiled after this one.
@SuppressWarnings("module")
@NullMarked
module io.muster.store {
  requires static transitive org.jspecify;
  requires com.sun.jna;
  requires jdk.net;

  exports io.muster.rendezvous;
  exports io.muster.store;
  exports io.muster.store.server;
  exports io.muster.store.internal.concurrent to
      io.muster.collectives,
      io.muster.launcher,
      io.muster.rpc;
  exports io.muster.store.internal.journal to
      io.muster.replicated;
  exports io.muster.store.internal.text to
      io.muster.admin,
      io.muster.cli,
      io.muster.collectives,
      io.muster.launcher,
      io.muster.rpc;
  exports io.muster.store.internal.tls to
      io.muster.admin,
      io.muster.cli,
      io.muster.rpc;

  uses io.muster.rendezvous.RendezvousHandler;
  uses io.muster.store.internal.journal.JournalProvider;
}
