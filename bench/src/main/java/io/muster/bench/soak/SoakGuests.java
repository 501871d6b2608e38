package io.muster.bench.soak;

import static io.muster.bench.soak.SoakLoad.require;

import io.muster.store.TcpStore;
import io.muster.store.internal.wire.Opcode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
  public void run(SoakLoad load) throws IOException {
    while (load.goesOn()) {
      switch (random.nextInt(4)) {
        case 0 -> behave(load);
        case 1 -> desert(load.port());
        case 2 -> talkNonsense(load.port());
        default -> breakPromise(load.port());
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
  private void desert(int port) throws IOException {
    List<RawClient> deserters = new ArrayList<>();
    for (int i = random.nextInt(1, MOST_DESERTERS); i > 0; i--) {
      RawClient deserter = new RawClient(port);
      deserters.add(deserter);
      deserter.requests().validate();
      if (random.nextBoolean()) {
        deserter.requests().await(List.of(bytes(prefix + "/never")));
      } else {
        deserter.requests().barrier(bytes(prefix + "/barrier"), MORE_THAN_EVER_COME);
      }
      deserter.out().flush();
    }
    SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    for (RawClient deserter : deserters) {
      deserter.reset();
    }
  }

  /** Sends random bytes; the server, or else this client, hangs up. */
  private void talkNonsense(int port) throws IOException {
    byte[] nonsense = new byte[random.nextInt(1, MOST_NONSENSE)];
    random.nextBytes(nonsense);
    try (RawClient client = new RawClient(port)) {
      if (random.nextBoolean()) {
        client.requests().validate();
      }
      try {
        client.out().putBytes(nonsense, 0, nonsense.length);
      } catch (IOException e) {
        // It has hung up before the end.
        return;
      }
    }
  }

  /** Begins to set a value that is announced as long, and is killed. */
  private void breakPromise(int port) throws IOException {
    RawClient client = new RawClient(port);
    client.requests().validate();
    client.out().putByte(Opcode.SET.code());
    client.out().putBlob(bytes(prefix));
    client.out().putLong(random.nextInt(2, MOST_PROMISED));
    client.out().putByte(0);
    client.out().flush();
    SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    client.reset();
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }
}
