package com.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.rendezvous.Rendezvous;
import io.muster.store.FileStore;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sets and gets a key in each kind of store. */
final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    try (StoreServer server = StoreServer.start();
        Store store = TcpStore.connect("127.0.0.1", server.port())) {
      use("tcp", store);
    }
    Path file = Files.createTempFile("store", null);
    try (Store store = new FileStore(file)) {
      use("file", store);
    } finally {
      Files.delete(file);
    }
    try (Rendezvous rendezvous = Rendezvous.of("memory://?rank=1&world_size=2")) {
      use("memory as rank " + rendezvous.rank(), rendezvous.store());
    }
  }

  private static void use(String name, Store store) {
    store.set("key", name);
    System.out.println("= " + new String(store.get("key"), UTF_8));
  }
}
