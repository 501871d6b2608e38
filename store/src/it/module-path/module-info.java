/** A program that uses stores, and adds a scheme to rendezvous. */
module com.example {
  requires io.muster.store;

  provides io.muster.rendezvous.RendezvousHandler with
      com.example.MemoryRendezvous;
}
