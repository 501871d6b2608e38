package io.muster.store;

import java.nio.file.Path;

/** A process that uses a store: it adds 1 to a counter many times, meeting others before. */
final class FileStoreProcess {
  private FileStoreProcess() {}

  public static void main(String[] args) {
    Path path = Path.of(args[0]);
    int processes = Integer.parseInt(args[1]);
    int times = Integer.parseInt(args[2]);
    try (FileStore store = new FileStore(path, processes)) {
      store.barrier("start", processes);
      for (int i = 0; i < times; i++) {
        store.add("n", 1);
      }
      store.barrier("end", processes);
    }
  }
}
