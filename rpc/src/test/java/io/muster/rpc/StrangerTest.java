package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.rpc.internal.engine.AgentInternals;
import io.muster.rpc.internal.world.WorkerInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Faults E3 and E5: clients that open calls without sending messages, and clients that cause
 * useless work. Meanwhile workers are served.
 *
 * <p>The same kind of fault was looked for in control messages, which have to arrive in time, too,
 * in accepted connections that are never used (gRPC's handshake timeout), and in the logs of gRPC
 * and Netty.
 */
class StrangerTest {
  private static final int PLACES = 5;
  private static final Duration ARRIVAL = Duration.ofSeconds(2);

  private LocalWorld world;
  private WorkerInfo worker;

  @BeforeEach
  void start() {
    world =
        LocalWorld.of(
            2,
            options ->
                options
                    .handlerThreads(2)
                    .queuedCalls(1)
                    .timeout(ARRIVAL)
                    .function("echo", arguments -> arguments[0]));
    worker = AgentInternals.info(world.agent(0), 1);
    assertServes();
  }

  @AfterEach
  void end() {
    assertServes();
    world.close();
  }

  private void assertServes() {
    Worker patient = world.seen(0, 1).withTimeout(Background.PATIENCE);
    assertThat(patient.call(String.class, "echo", "still there")).isEqualTo("still there");
  }

  @Test
  void headersOnly_ofAStranger_takeNoPlaceAndEndTheConnection() throws IOException {
    try (RawHttp2 stranger = new RawHttp2(worker)) {
      assertThat(
              stranger.isEndedBy(
                  17_000, round -> stranger.headers(2 * round + 1, Optional.empty())))
          .isTrue();
    }
  }

  @Test
  void headersOnly_ofOneWhoKnowsTheWorker_takeNoPlace() throws IOException, InterruptedException {
    List<RawHttp2> strangers = new ArrayList<>();
    try {
      for (int connection = 0; connection < 4; connection++) {
        RawHttp2 stranger = new RawHttp2(worker);
        strangers.add(stranger);
        for (int call = 0; call < 4_000; call++) {
          stranger.headers(2 * call + 1, Optional.of(worker));
        }
        assertThat(stranger.awaitRead()).isTrue();
        assertServes();
      }
    } finally {
      for (RawHttp2 stranger : strangers) {
        stranger.close();
      }
    }
  }

  @Test
  void message_thatDoesNotArriveInTime_isGivenUp() throws IOException, InterruptedException {
    try (RawHttp2 stranger = new RawHttp2(worker)) {
      // More than the worker admits, so that it would be full if these calls counted.
      for (int call = 0; call < PLACES; call++) {
        stranger.headers(2 * call + 1, Optional.of(worker));
        stranger.frame(
            RawHttp2.DATA, 0, 2 * call + 1, new byte[] {0, 0, 0, 1, 0, 'n', 'o', 't', ' '});
      }
      assertThat(stranger.flush()).isTrue();

      assertThat(stranger.awaitEnds(PLACES)).isTrue();
    }
  }

  @Test
  void floods_endTheirConnection() throws IOException {
    try (RawHttp2 stranger = new RawHttp2(worker)) {
      stranger.headers(1, Optional.of(worker));
      assertThat(
              stranger.isEndedBy(
                  100_000, round -> stranger.frame(RawHttp2.DATA, 0, 1, new byte[0])))
          .as("empty data")
          .isTrue();
    }
    try (RawHttp2 stranger = new RawHttp2(worker)) {
      assertThat(
              stranger.isEndedBy(
                  100_000, round -> stranger.frame(RawHttp2.SETTINGS, 0, 0, new byte[0])))
          .as("settings")
          .isTrue();
    }
    try (RawHttp2 stranger = new RawHttp2(worker)) {
      assertThat(
              stranger.isEndedBy(
                  100_000, round -> stranger.frame(RawHttp2.PING, 0, 0, new byte[8])))
          .as("pings")
          .isTrue();
    }
    try (RawHttp2 stranger = new RawHttp2(worker)) {
      stranger.frame(RawHttp2.HEADERS, 0, 1, new byte[0]);
      assertThat(
              stranger.isEndedBy(
                  100_000, round -> stranger.frame(RawHttp2.CONTINUATION, 0, 1, new byte[0])))
          .as("continuations")
          .isTrue();
    }
    try (RawHttp2 stranger = new RawHttp2(worker)) {
      assertThat(
              stranger.isEndedBy(
                  50_000,
                  round -> {
                    stranger.headers(2 * round + 1, Optional.of(worker));
                    stranger.frame(RawHttp2.RESET, 0, 2 * round + 1, new byte[] {0, 0, 0, 8});
                  }))
          .as("resets")
          .isTrue();
    }
  }

  @Test
  void callsThatClaimTwoGigabytes_areLoggedAFewTimesAndEndTheirConnection() throws IOException {
    AtomicInteger logged = new AtomicInteger();
    Handler counter =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            logged.incrementAndGet();
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger root = Logger.getLogger("");
    root.addHandler(counter);
    byte[] claim = ByteBuffer.allocate(6).put((byte) 0).putInt(Integer.MAX_VALUE).array();
    long start = System.nanoTime();
    try (RawHttp2 stranger = new RawHttp2(worker)) {
      assertThat(
              stranger.isEndedBy(
                  50_000,
                  round -> {
                    stranger.headers(2 * round + 1, Optional.of(worker));
                    stranger.frame(RawHttp2.DATA, 0, 2 * round + 1, claim);
                  }))
          .isTrue();
    } finally {
      root.removeHandler(counter);
    }
    long seconds = 1 + (System.nanoTime() - start) / 1_000_000_000;
    assertThat(logged.get()).isLessThan((int) (60 * seconds));
  }
}
