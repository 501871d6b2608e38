package io.muster.rendezvous;

import io.muster.store.HashStore;

/** A user's handler that is found by its entry in {@code META-INF/services}. */
public final class ServiceLoadedHandler implements RendezvousHandler {
  @Override
  public String scheme() {
    return "service-loaded";
  }

  @Override
  public Rendezvous meet(RendezvousRequest request) {
    return new Rendezvous(new HashStore(), request.rank(), request.worldSize());
  }
}
