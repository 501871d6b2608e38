package io.muster.store.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Bystander;
import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.MemoryAttack;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No client can end or silence a server by what it makes it hold, however small its heap and
 * without any other limit. Faults A1 and A2.
 *
 * <p>{@code -Dmuster.attack.heap}, {@code .collector}, {@code .times} and {@code .rounds} change
 * the heap of the server, its collector, how often the known attacks are made, and how many random
 * ones; {@code .seed} repeats those, and {@code .pauseMillis} is how long the bystander may be held
 * up.
 *
 * <p>The same shape was looked for in everything a request, a reply, a wait or a connection
 * allocates.
 */
@Tag("attack")
@Timeout(300)
@ParameterizedClass
@EnumSource(ServerBackend.class)
class MemoryAttackIT {
  private static final int ROUNDS = Integer.getInteger("muster.attack.rounds", 1);
  private static final int TIMES = Integer.getInteger("muster.attack.times", 1);

  /** So long that no machine that has other work to do exceeds it. Alone, it is less than one. */
  private static final Duration MAX_PAUSE =
      Duration.ofMillis(Integer.getInteger("muster.attack.pauseMillis", 30_000));

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ServerBackend backend;
  private ChildProcess process;
  private InetSocketAddress server;
  private Bystander bystander;

  MemoryAttackIT(ServerBackend backend) {
    this.backend = backend;
  }

  @BeforeEach
  void start() {
    List<String> options =
        List.of(
            "-Xmx" + System.getProperty("muster.attack.heap", "64m"),
            System.getProperty("muster.attack.collector", "-XX:+UseSerialGC"));
    process =
        ChildProcess.start(
            Map.of(), ChildProcess.javaCommand(options, AttackedServer.class, backend.name()));
    int port = Integer.parseInt(process.answer());
    server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    bystander = Bystander.of(port, MAX_PAUSE);
  }

  @AfterEach
  void stop() {
    bystander.close();
    process.endInput();
    assertThat(process.exitCode()).as(process.output()).isEqualTo(0);
  }

  @Test
  void knownAttacks_oneAfterTheOther_harmNobodyElse() {
    for (int time = 0; time < TIMES; time++) {
      for (MemoryAttack attack : MemoryAttack.values()) {
        try (MemoryAttack.Attackers clients = attack.launch(server, attack.fullStrength())) {
          assertThat(clients).isNotNull();
          expectAFreshClientServed(attack.name());
        }
        attack.cleanUp(server, attack.fullStrength());
        awaitTheirLeaving();
      }
    }
    expectALongValueServed();
  }

  @Test
  void randomAttacks_several_atATime_harmNobodyElse() {
    long seed = Long.getLong("muster.attack.seed", System.nanoTime());
    System.out.println("-Dmuster.attack.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < ROUNDS; round++) {
      attackAtRandom(random);
    }
    expectALongValueServed();
  }

  private void attackAtRandom(SplittableRandom random) {
    MemoryAttack[] attacks = MemoryAttack.values();
    List<MemoryAttack.Attackers> clients = new ArrayList<>();
    List<MemoryAttack> launched = new ArrayList<>();
    try {
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        MemoryAttack attack = attacks[random.nextInt(attacks.length)];
        int strength = random.nextInt(1, attack.fullStrength() + 1);
        launched.add(attack);
        clients.add(attack.launch(server, strength));
        expectAFreshClientServed(launched + " of strength " + strength);
      }
    } finally {
      for (MemoryAttack.Attackers each : clients) {
        each.close();
      }
    }
    for (MemoryAttack attack : launched) {
      attack.cleanUp(server, attack.fullStrength());
    }
    awaitTheirLeaving();
  }

  /** A small client that has just come must be served. */
  private void expectAFreshClientServed(String meanwhile) {
    try (Store store = TcpStore.connect("127.0.0.1", server.getPort())) {
      store.setTimeout(PATIENCE);
      byte[] value = meanwhile.getBytes(StandardCharsets.UTF_8);
      store.set("fresh", value);
      store.await("fresh");
      assertThat(store.get("fresh")).isEqualTo(value);
      assertThat(store.add("fresh/count", 1)).isPositive();
      assertThat(store.deleteKey("fresh")).isTrue();
    } catch (RuntimeException e) {
      throw new AssertionError("during " + meanwhile + "; the server said " + process.output(), e);
    }
  }

  private void expectALongValueServed() {
    byte[] value = new byte[8 << 20];
    Arrays.fill(value, (byte) 'x');
    try (Store store = TcpStore.connect("127.0.0.1", server.getPort())) {
      store.set("long", value);
      assertThat(Arrays.equals(store.get("long"), value)).isTrue();
      assertThat(store.deleteKey("long")).isTrue();
    } catch (RuntimeException e) {
      throw new AssertionError("a long value; the server said " + process.output(), e);
    }
  }

  /** Only the bystander may be left. */
  private void awaitTheirLeaving() {
    Eventually.assertThat(() -> process.ask("")).isEqualTo("1");
  }
}
