package io.muster.rendezvous;

import io.muster.store.FileStore;
import java.nio.file.Path;

/** {@code file:///path}: a {@link FileStore}. A host before the path is ignored, as in PyTorch. */
final class FileHandler implements RendezvousHandler {
  @Override
  public String scheme() {
    return "file";
  }

  @Override
  public Rendezvous meet(RendezvousRequest request) {
    if (request.path().isEmpty()) {
      throw request.invalid("path missing");
    }
    int rank = request.rank();
    int worldSize = request.worldSize();
    FileStore store = new FileStore(Path.of(request.path()), worldSize);
    store.setTimeout(request.timeout());
    return new Rendezvous(store, rank, worldSize);
  }
}
