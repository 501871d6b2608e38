package io.muster.bench.soak;

import static io.muster.bench.soak.SoakLoad.require;

import io.muster.store.TcpStore;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Asks for far more than it reads at once; sometimes it is killed before it has read all. */
final class SoakSlowReader implements SoakLoad.Client {
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
  public void run(SoakLoad load) throws IOException {
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

  private void read(SoakLoad load, byte[] value) throws IOException {
    try (RawClient client = new RawClient(load.port())) {
      client.requests().validate();
      for (int i = 0; i < REPLIES; i++) {
        client.requests().get(("/" + KEY).getBytes(StandardCharsets.UTF_8));
      }
      client.out().flush();
      DataInputStream in = new DataInputStream(client.in());
      int readUntil = random.nextInt(2 * REPLIES);
      for (int i = 0; i < Math.min(REPLIES, readUntil) && load.goesOn(); i++) {
        readSlowly(in, value);
        load.countOperations(1);
      }
      if (readUntil < REPLIES) {
        client.reset();
      }
    }
  }

  private void readSlowly(DataInputStream in, byte[] value) throws IOException {
    long length = Long.reverseBytes(in.readLong());
    require(length == value.length, "a value of " + length + " bytes at " + KEY);
    byte[] piece = new byte[PIECE];
    for (int at = 0; at < value.length; at += PIECE) {
      in.readFully(piece);
      require(Arrays.equals(piece, 0, PIECE, value, at, at + PIECE), "other bytes at " + KEY);
      SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    }
  }
}
