package com.example;

import io.muster.rendezvous.Rendezvous;
import io.muster.rendezvous.RendezvousHandler;
import io.muster.rendezvous.RendezvousRequest;
import io.muster.store.HashStore;

/** Meets nobody: each process has a store of its own. */
public final class MemoryRendezvous implements RendezvousHandler {
  /** The service loader makes the instance. */
  public MemoryRendezvous() {}

  @Override
  public String scheme() {
    return "memory";
  }

  @Override
  public Rendezvous meet(RendezvousRequest request) {
    return new Rendezvous(new HashStore(), request.rank(), request.worldSize());
  }
}
