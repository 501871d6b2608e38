package io.muster.store.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.Eventually;
import io.muster.fixtures.NetworkNamespace;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client whose host is gone from one moment to the next, in networks made for it. Fault A6.
 *
 * <p>Keep-alive looks after connections on which nothing is under way. A host that vanishes before
 * it has acknowledged what it was sent is given up after the kernel's retransmissions, some minutes
 * later; so the test waits for the acknowledgements.
 */
class VanishedHostIT {
  @ParameterizedTest
  @EnumSource(ServerBackend.class)
  void clientOfAVanishedHost_isDisconnectedAndItsWaitForgotten(ServerBackend backend) {
    try (NetworkNamespace serverHost = NetworkNamespace.create();
        NetworkNamespace clientHost = NetworkNamespace.create()) {
      serverHost.connect("192.0.2.1/24", clientHost, "192.0.2.2/24");
      try (ChildProcess server =
          serverHost.java(ServerProcess.class, backend.name(), "192.0.2.1")) {
        String listening = server.answer();
        assertThat(listening).startsWith("192.0.2.1 ");
        try (ChildProcess client =
            clientHost.java(WaiterProcess.class, "192.0.2.1", listening.split(" ", -1)[1])) {
          String unusedConnected = client.answer();
          Eventually.assertThat(() -> server.ask("")).matches("a wait", a -> a.endsWith(" 1 0"));

          clientHost.ip("link set host0 down");

          Eventually.assertThat(() -> server.ask(""))
              .matches("nobody", answer -> answer.startsWith("0 0 "));
        }
      }
    }
  }
}
