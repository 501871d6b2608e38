package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A client that has no room for a value. Fault B1: the calls after it must not be answered with
 * what is left of that value. See {@code ConnectionTest} for the other exceptions.
 */
class SmallHeapIT {
  private static final int VALUE_BYTES = 64 << 20;

  @Test
  void get_ofMoreThanTheHeap_leavesTheStoreInStep() {
    StoreServerOptions options = StoreServerOptions.builder().maxValueBytes(VALUE_BYTES).build();
    try (StoreServer server = StoreServer.start(options);
        TcpStore store =
            TcpStore.connect(
                "127.0.0.1", server.port(), TcpStoreOptions.builder().server(options).build())) {
      store.set("large", new byte[VALUE_BYTES]);
      store.set("small", "value");
      try (ChildProcess client =
          ChildProcess.start(
              Map.of(),
              ChildProcess.javaCommand(
                  List.of("-Xmx40m"), Client.class, String.valueOf(server.port())))) {

        assertThat(client.answer()).isEqualTo("OutOfMemoryError");
        assertThat(client.answer()).isEqualTo("value 1 false");
      }
    }
  }

  /** The process. */
  static final class Client {
    private Client() {}

    public static void main(String[] args) {
      try (TcpStore store = TcpStore.connect("127.0.0.1", Integer.parseInt(args[0]))) {
        String seen;
        try {
          seen = "a value of " + store.get("large").length;
        } catch (OutOfMemoryError e) {
          seen = e.getClass().getSimpleName();
        }
        System.out.println("= " + seen);
        System.out.println(
            "= " + store.getString("small") + " " + store.add("n", 1) + " " + store.check("no"));
      }
    }
  }
}
