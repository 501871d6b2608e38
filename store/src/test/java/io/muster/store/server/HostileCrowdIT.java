package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.VALIDATE;
import static io.muster.fixtures.wire.RawClient.add;
import static io.muster.fixtures.wire.RawClient.await;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.Bystander;
import io.muster.fixtures.Eventually;
import io.muster.fixtures.Randomized;
import io.muster.fixtures.wire.RawClient;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many clients that mean no good. */
@Tag("slow")
class HostileCrowdIT extends ServerTest {
  private final Memory memory = Memory.now();
  private final Bystander bystander = Bystander.of(server());

  HostileCrowdIT(ServerBackend backend) {
    super(backend);
  }

  @AfterEach
  void expectNoTraces() {
    Eventually.assertThat(() -> server().statistics().openConnections()).isEqualTo(1);
    bystander.close();
    memory.expectGrownBelow(32);
  }

  @Test
  void tenThousandConnections_openedAndDropped_leaveNothing() {
    for (int i = 0; i < 10_000; i++) {
      RawClient client = RawClient.open(server());
      switch (i % 5) {
        case 0 -> client.close();
        case 1 -> client.reset();
        case 2 -> client.send(VALIDATE).close();
        case 3 -> client.send(VALIDATE + await("/never")).reset();
        default -> client.send(VALIDATE + add("/n", 1)).expect(i64(i / 5 + 1)).close();
      }
    }
    try (RawClient client = connect()) {
      client.send(add("/n", 0)).expect(i64(2000));
    }
    Eventually.assertThat(() -> server().statistics().waits()).isEqualTo(0);
  }

  @Test
  void twoThousandClaimsOfEightMebibytes_areGivenNoMemory() {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 2000; i++) {
        clients.add(connect().send("01" + blob("/k") + i64(8 << 20) + "00112233445566778899"));
      }
      elsewhere("");

      memory.expectGrownBelow(128);
    } finally {
      clients.forEach(RawClient::reset);
    }
  }

  @Test
  void garbage_fromTheFirstByte_isNoDanger() {
    Randomized.check(1000, random -> sendGarbage(random, ""));
  }

  @Test
  void garbage_afterValidate_isNoDanger() {
    Randomized.check(1000, random -> sendGarbage(random, VALIDATE));
  }

  @Test
  void requests_mutated_areNoDanger() {
    Randomized.check(
        1000,
        random -> {
          byte[] requests =
              RawClient.bytes(
                  VALIDATE + set("/a", "1") + add("/m", 1) + await("/b") + "0c" + "07" + "11");
          for (int i = random.nextInt(3); i >= 0; i--) {
            requests[random.nextInt(5, requests.length)] ^= (byte) (1 << random.nextInt(8));
          }
          sendAndDrain(requests);
        });
  }

  /** Bytes that look like requests now and then: small opcodes, small lengths. */
  private void sendGarbage(SplittableRandom random, String start) {
    ByteArrayOutputStream garbage = new ByteArrayOutputStream();
    garbage.writeBytes(RawClient.bytes(start));
    for (int frames = random.nextInt(20); frames >= 0; frames--) {
      switch (random.nextInt(3)) {
        case 0 -> garbage.writeBytes(Randomized.bytes(random, 200));
        case 1 -> garbage.write(random.nextInt(19));
        default -> {
          garbage.write(random.nextInt(19));
          garbage.writeBytes(RawClient.bytes(i64(random.nextInt(4))));
          garbage.writeBytes(Randomized.bytes(random, 4));
        }
      }
    }
    sendAndDrain(garbage.toByteArray());
  }

  private void sendAndDrain(byte[] bytes) {
    try (RawClient client = RawClient.open(server())) {
      client.trySend(bytes).endOutput().drain();
    }
  }

  @Test
  void oneByteAtATime_fromManyClients_delaysNobodyAndIsServed() throws InterruptedException {
    byte[] request = RawClient.bytes(VALIDATE + add("/slow", 1));
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      clients.add(RawClient.open(server()));
    }
    CountDownLatch bytesLeft = new CountDownLatch(request.length);
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    try {
      ScheduledFuture<?> ticks =
          clock.scheduleAtFixedRate(
              () -> {
                int next = request.length - (int) bytesLeft.getCount();
                if (next < request.length) {
                  clients.forEach(client -> client.send(new byte[] {request[next]}));
                  bytesLeft.countDown();
                }
              },
              0,
              5,
              TimeUnit.MILLISECONDS);
      assertThat(bytesLeft.await(Background.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(ticks.cancel(false)).isTrue();

      long sum = 0;
      for (RawClient client : clients) {
        sum += client.readLong();
      }
      assertThat(sum).isEqualTo(50 * 51 / 2);
    } finally {
      clock.shutdownNow();
      clients.forEach(RawClient::close);
    }
  }

  @Test
  void halfSentRequests_fromManyClients_delayNobody() {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      clients.add(connect().send("01" + blob("/k") + i64(1000) + "00"));
    }
    try (RawClient other = connect()) {
      for (int i = 1; i <= 1000; i++) {
        other.send(add("/n", 1)).expect(i64(i));
      }
    } finally {
      clients.forEach(RawClient::close);
    }
  }
}
