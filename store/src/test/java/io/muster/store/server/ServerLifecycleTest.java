package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.await;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.fixtures.Background;
import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Starting and closing. */
class ServerLifecycleTest extends ServerTest {
  private static final int CYCLES = 200;

  ServerLifecycleTest(ServerBackend backend) {
    super(backend);
  }

  @Test
  void close_clientsWait_theySeeTheEndAtOnce() {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      clients.add(connect().send(await("/never")).sync());
    }

    long start = System.nanoTime();
    server().close();
    clients.forEach(RawClient::expectClosed);

    assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    clients.forEach(RawClient::close);
  }

  @Test
  void close_clientsInEveryState_isNotHeldUp() {
    String value = "x".repeat(100_000);
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      clients.add(RawClient.open(server()));
      clients.add(RawClient.open(server()).send("00 ce"));
      clients.add(connect().send("01" + blob("/k") + i64(1000)));
      clients.add(connect().send(RawClient.set("/k", value)).send(("03" + blob("/k")).repeat(200)));
    }

    long start = System.nanoTime();
    server().close();
    clients.forEach(RawClient::drain);

    assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    clients.forEach(RawClient::close);
  }

  @Test
  void close_whileClientsConnect_leavesNoConnectionOpen() {
    for (int round = 0; round < 20; round++) {
      StoreServer closing = StoreServer.start(options().build());
      Background<Integer> connecting =
          Background.call(
              () -> {
                int connected = 0;
                while (true) {
                  try (RawClient client = RawClient.open(closing)) {
                    connected++;
                    client.trySend(RawClient.bytes(RawClient.VALIDATE));
                    if (connected % 10 == 0) {
                      client.endOutput().drain();
                    }
                  } catch (java.io.UncheckedIOException refused) {
                    return connected;
                  }
                }
              });
      Eventually.assertThat(() -> closing.statistics().acceptedConnections())
          .matches("some connections", accepted -> accepted > 5);
      closing.close();

      assertThat(connecting.result()).isGreaterThan(5);
    }
  }

  @Test
  void close_again_doesNothing() {
    server().close();
    server().close();
  }

  @Test
  void close_fromManyThreads_returnsToEach() {
    List<Background<Boolean>> closers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      closers.add(Background.run(server()::close));
    }
    closers.forEach(closer -> assertThat(closer.result()).isTrue());
  }

  @Test
  void statistics_afterClose_areRefused() {
    server().close();

    assertThatIllegalStateException()
        .isThrownBy(() -> server().statistics())
        .withMessage("the server is closed");
  }

  @Test
  void port_afterClose_canBeTakenAtOnce() {
    RawClient client = connect();
    int port = server().port();
    server().close();
    client.expectClosed();
    client.close();

    try (StoreServer next = StoreServer.start(options().port(port).build())) {
      RawClient.connect(next).close();
    }
  }

  @Test
  void startAndClose_manyTimes_leaksNeitherThreadsNorDescriptors() {
    server().close();
    startUseAndClose();
    Eventually.assertThat(ServerLifecycleTest::serverThreads).isEqualTo(0L);
    int descriptors = openDescriptors();

    for (int i = 0; i < CYCLES; i++) {
      startUseAndClose();
    }

    Eventually.assertThat(ServerLifecycleTest::serverThreads).isEqualTo(0L);
    Eventually.assertThat(ServerLifecycleTest::openDescriptors)
        .matches("about " + descriptors, open -> open < descriptors + CYCLES / 4);
  }

  private void startUseAndClose() {
    try (StoreServer started = StoreServer.start(options().build());
        RawClient client = RawClient.connect(started)) {
      client.send(RawClient.add("/n", 1)).expect(i64(1));
    }
  }

  @Test
  void serverThreads_whileServing_areDaemons() {
    try (RawClient client = connect()) {
      client.sync();

      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> thread.getName().matches("muster-store(-\\d+)+"))
          .allMatch(Thread::isDaemon);
    }
  }

  /** Virtual threads are not listed, and keep nothing alive. */
  private static long serverThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("muster-store(-\\d+)+"))
        .count();
  }

  private static int openDescriptors() {
    String[] descriptors = new File("/proc/self/fd").list();
    if (descriptors == null) {
      System.out.println("descriptors are not counted: this system has no /proc/self/fd");
      return 0;
    }
    return descriptors.length;
  }
}
