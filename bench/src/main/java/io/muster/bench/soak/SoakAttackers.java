package io.muster.bench.soak;

import io.muster.fixtures.wire.MemoryAttack;
import java.net.InetSocketAddress;
import java.util.Random;

/**
 * Clients that try to end or silence the server, one attack after another: each makes the server
 * hold as much as it can, or work as long as it can. The server may disconnect them.
 */
final class SoakAttackers implements SoakLoad.Client {
  private static final int LONGEST_PAUSE_MICROS = 400_000;

  private final Random random;

  SoakAttackers(Random random) {
    this.random = random;
  }

  @Override
  public void run(SoakLoad load) {
    MemoryAttack[] attacks = MemoryAttack.values();
    while (load.goesOn()) {
      attack(load.server(), attacks[random.nextInt(attacks.length)], random);
      load.countVisit();
      SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    }
  }

  /**
   * Makes one attack. Then a new client must be answered, and removes what the attack has stored.
   */
  @SuppressWarnings("try") // the attackers are there to be disconnected
  static void attack(InetSocketAddress server, MemoryAttack attack, Random random) {
    try (MemoryAttack.Attackers unused = attack.launch(server, attack.fullStrength())) {
      SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    }
    attack.cleanUp(server, attack.fullStrength());
  }
}
