package io.muster.bench.soak;

import static io.muster.bench.soak.SoakLoad.require;
import static io.muster.fixtures.wire.RawRequest.repeat;
import static io.muster.fixtures.wire.RawRequest.request;

import io.muster.fixtures.wire.RawClient;
import io.muster.store.TcpStore;
import io.muster.store.internal.wire.Opcode;
import java.util.Arrays;
import java.util.Random;

/** Asks for far more than it reads at once; sometimes it is killed before it has read all. */
final class SoakSlowReader implements SoakLoad.Client {
  /** So small that the server soon notices that nobody reads. */
  private static final int RECEIVE_BUFFER = 16 * 1024;

  private static final int VALUE_BYTES = 1024 * 1024;
  private static final int REPLIES = 8;
  private static final int PIECE = 32 * 1024;
  private static final int LONGEST_PAUSE_MICROS = 4_000;
  private static final String KEY = "slow";

  private final Random random;

  SoakSlowReader(Random random) {
    this.random = random;
  }

  @Override
  public void run(SoakLoad load) {
    byte[] value = new byte[VALUE_BYTES];
    random.nextBytes(value);
    try (TcpStore store = load.connect()) {
      store.set(KEY, value);
      require(store.check(KEY), KEY + " was gone");
      while (load.goesOn()) {
        read(load, value);
        load.countVisit();
      }
      require(store.deleteKey(KEY), KEY + " was gone");
    }
  }

  private void read(SoakLoad load, byte[] value) {
    byte[] get = request(Opcode.GET.code()).blob("/" + KEY).bytes();
    try (RawClient client = RawClient.open(load.server(), RECEIVE_BUFFER)) {
      client.send(RawClient.VALIDATE).send(repeat(REPLIES, 0, i -> get));
      int readUntil = random.nextInt(2 * REPLIES);
      for (int i = 0; i < Math.min(REPLIES, readUntil) && load.goesOn(); i++) {
        readSlowly(client, value);
        load.countOperations(1);
      }
      if (readUntil < REPLIES) {
        client.reset();
      }
    }
  }

  private void readSlowly(RawClient client, byte[] value) {
    long length = client.readLong();
    require(length == value.length, "a value of " + length + " bytes at " + KEY);
    for (int at = 0; at < value.length; at += PIECE) {
      byte[] expected = Arrays.copyOfRange(value, at, at + PIECE);
      require(Arrays.equals(client.read(PIECE), expected), "other bytes at " + KEY);
      SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    }
  }
}
