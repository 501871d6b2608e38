package io.muster.store;

import io.muster.store.server.JournaledStores;
import org.junit.jupiter.api.Tag;

/** A server that answers once its journal has the change. */
@Tag("slow")
class TcpStoreJournaledIT extends TcpContract {
  TcpStoreJournaledIT() {
    super(JournaledStores.inMemory());
  }
}
