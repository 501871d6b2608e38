package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fault B3. A caller who is interrupted at a barrier no longer counts when the call has returned.
 *
 * <p>The same shape was looked for in the other waits: a withdrawn {@code queuePop} takes no
 * wake-up from another, and a wait that times out is confirmed in the same way.
 */
@Tag("slow")
@ParameterizedClass
@EnumSource(ServerBackend.class)
class BarrierInterruptIT {
  private static final int ROUNDS = 500;

  private final StoreServer server;
  private final TcpStore store;

  BarrierInterruptIT(ServerBackend backend) {
    server = StoreServer.start(StoreServerOptions.builder().backend(backend).build());
    store = TcpStore.connect("127.0.0.1", server.port());
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, ROUNDS})
  void aLoneCallerAtABarrierOfTwo_interrupted_neverPasses(int barriers) {
    Thread caller = Thread.currentThread();
    int passed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int waits = server.statistics().waits();
      assertThat(waits).as("waits that are left").isZero();
      var interrupting =
          Background.run(
              () -> {
                while (server.statistics().waits() == 0) {
                  Thread.onSpinWait();
                }
                caller.interrupt();
              });
      try {
        store.barrier("barrier" + round % barriers, 2, Background.PATIENCE);
        passed++;
      } catch (StoreInterruptedException e) {
        assertThat(Thread.interrupted()).as("the flag is set again").isTrue();
      }
      assertThat(interrupting.result()).isTrue();
    }
    assertThat(passed).as("passed alone").isZero();
    assertThat(server.statistics().acceptedConnections())
        .as("the wait's connection is kept")
        .isLessThan(10);
  }
}
