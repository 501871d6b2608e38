package io.muster.store.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.NetworkNamespace;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A machine whose loopback interface has the address of one family only. Fault A8. */
class LoopbackIT {
  @ParameterizedTest
  @CsvSource({
    "EVENT_LOOP, 127.0.0.1/8, 0:0:0:0:0:0:0:1",
    "THREADED,   127.0.0.1/8, 0:0:0:0:0:0:0:1",
    "EVENT_LOOP, ::1/128,     127.0.0.1",
    "THREADED,   ::1/128,     127.0.0.1"
  })
  void server_listensOnTheLoopbackThatThereIs(
      ServerBackend backend, String missing, String listening) {
    try (NetworkNamespace host = NetworkNamespace.create()) {
      host.ip("addr del " + missing + " dev lo");
      try (ChildProcess server = host.java(ServerProcess.class, backend.name())) {
        String[] where = server.answer().split(" ", -1);
        assertThat(where).hasSize(2).startsWith(listening);
        try (ChildProcess client = host.java(WaiterProcess.class, listening, where[1])) {
          assertThat(client.answer()).isEqualTo("connected to a store of 0 keys");
        }
      }
    }
  }
}
