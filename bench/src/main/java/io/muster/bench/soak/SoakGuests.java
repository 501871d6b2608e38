package io.muster.bench.soak;

import static io.muster.bench.soak.SoakLoad.require;
import static io.muster.fixtures.wire.RawRequest.request;

import io.muster.fixtures.wire.RawClient;
import io.muster.store.TcpStore;
import io.muster.store.internal.wire.Opcode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Clients that come, one after another, behave well or badly, and leave. */
final class SoakGuests implements SoakLoad.Client {
  private static final int LONGEST_PAUSE_MICROS = 40_000;
  private static final int MOST_DESERTERS = 8;

  /**
   * How many a barrier waits for. New deserters may come before the server has noticed that the
   * earlier ones are gone, so that for a moment it counts both.
   */
  private static final int MORE_THAN_EVER_COME = 1_000_000;

  private static final int MOST_NONSENSE = 4 * 1024;
  private static final int MOST_PROMISED = 1024 * 1024;

  private final String prefix;
  private final Random random;

  SoakGuests(String prefix, Random random) {
    this.prefix = prefix;
    this.random = random;
  }

  @Override
  public void run(SoakLoad load) {
    while (load.goesOn()) {
      switch (random.nextInt(4)) {
        case 0 -> behave(load);
        case 1 -> desert(load);
        case 2 -> talkNonsense(load);
        default -> breakPromise(load);
      }
      load.countVisit();
      SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    }
  }

  private void behave(SoakLoad load) {
    try (TcpStore store = load.connect()) {
      byte[] value = SoakLoad.randomBytes(random);
      store.set(prefix, value);
      require(Arrays.equals(store.get(prefix), value), "get of " + prefix);
      require(store.deleteKey(prefix), prefix + " was gone");
    }
    load.countOperations(3);
  }

  /** Some wait for a key that nobody sets, or at a barrier, and are killed. */
  private void desert(SoakLoad load) {
    byte[] wait = request(Opcode.WAIT.code()).number(1).blob(prefix + "/never").bytes();
    byte[] barrier =
        request(Opcode.BARRIER.code())
            .blob(prefix + "/barrier")
            .number(MORE_THAN_EVER_COME)
            .bytes();
    List<RawClient> deserters = new ArrayList<>();
    for (int i = random.nextInt(1, MOST_DESERTERS); i > 0; i--) {
      RawClient deserter = RawClient.open(load.server()).send(RawClient.VALIDATE);
      deserters.add(deserter.send(random.nextBoolean() ? wait : barrier));
    }
    SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    deserters.forEach(RawClient::reset);
  }

  /** Sends random bytes; the server, or else this client, hangs up. */
  private void talkNonsense(SoakLoad load) {
    byte[] nonsense = new byte[random.nextInt(1, MOST_NONSENSE)];
    random.nextBytes(nonsense);
    try (RawClient client = RawClient.open(load.server())) {
      if (random.nextBoolean()) {
        client.send(RawClient.VALIDATE);
      }
      client.trySend(nonsense);
    }
  }

  /** Begins to set a value that is announced as long, and is killed. */
  private void breakPromise(SoakLoad load) {
    RawClient client = RawClient.open(load.server()).send(RawClient.VALIDATE);
    client.send(
        request(Opcode.SET.code())
            .blob(prefix)
            .number(random.nextInt(2, MOST_PROMISED))
            .raw(new byte[1])
            .bytes());
    SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    client.reset();
  }
}
