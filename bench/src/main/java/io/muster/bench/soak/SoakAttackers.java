package io.muster.bench.soak;

import static io.muster.bench.soak.SoakLoad.require;

import io.muster.store.internal.wire.Opcode;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Clients that try to end or silence the server, one attack after another: each makes the server
 * hold as much as it can, or work as long as it can. The server may disconnect them. After each
 * attack a new client must be answered, and removes what the attack has stored.
 */
final class SoakAttackers implements SoakLoad.Client {
  private static final int LONGEST_PAUSE_MICROS = 400_000;
  private static final int MOST_KEYS = 131_072;
  private static final int FEW_KEYS = 8_192;
  private static final int LARGE_BYTES = 8 << 20;
  private static final String PREFIX = "/attack/";
  private static final byte[] VALUE = key("large");
  private static final byte[] QUEUE = key("queue");
  private static final byte[] SMALL = new byte[8];

  private final Random random;
  private final List<byte[]> keys =
      IntStream.range(0, MOST_KEYS).mapToObj(i -> key("" + i)).toList();

  private final Map<String, Attack> attacks = new LinkedHashMap<>();

  SoakAttackers(Random random) {
    this.random = random;
    attacks.put("keys", this::fillWithKeys);
    attacks.put("multiSets half sent", this::halfSendLists);
    attacks.put("values half sent", this::halfSendValues);
    attacks.put("empty queue items", this::pushNothing);
    attacks.put("waits for 131,072 keys", this::waitForManyKeys);
    attacks.put("unread replies of a replaced value", this::readNothing);
    attacks.put("unread lists", this::listAndReadNothing);
    attacks.put("appends to 8 MiB", this::appendToLargeValue);
  }

  /** Something that the clients of one attack do. */
  private interface Attack {
    void with(Attackers attackers) throws IOException;
  }

  /** Opens the connections of one attack. */
  private interface Attackers {
    RawClient next() throws IOException;
  }

  @Override
  public void run(SoakLoad load) throws IOException {
    List<String> names = List.copyOf(attacks.keySet());
    while (load.goesOn()) {
      attack(load.port(), names.get(random.nextInt(names.size())));
      load.countVisit();
      SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    }
  }

  /** What attacks are called. */
  Set<String> names() {
    return attacks.keySet();
  }

  /** Makes one attack, and removes what it has stored. */
  void attack(int port, String name) throws IOException {
    Attack attack = Objects.requireNonNull(attacks.get(name), name);
    List<RawClient> clients = new ArrayList<>();
    try {
      attack.with(
          () -> {
            RawClient client = new RawClient(port);
            clients.add(client);
            client.requests().validate();
            return client;
          });
      SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    } catch (IOException e) {
      // The server has disconnected the attacker, as it should.
      SoakLoad.pause(random, LONGEST_PAUSE_MICROS);
    } finally {
      for (RawClient client : clients) {
        client.reset();
      }
    }
    cleanUp(port);
  }

  /** Removes everything that an attack may have stored. */
  private void cleanUp(int port) throws IOException {
    try (RawClient client = new RawClient(port)) {
      client.requests().validate();
      client.requests().deleteKey(VALUE);
      client.out().flush();
      DataInputStream in = new DataInputStream(client.in());
      require(in.readLong() != Long.MIN_VALUE, "deletion of the attacked value");
      client.requests().numKeys();
      client.out().flush();
      if (Long.reverseBytes(in.readLong()) > FEW_KEYS / 2) {
        deleteAll(client, in);
      }
      popAll(client, in);
    }
  }

  private void deleteAll(RawClient client, DataInputStream in) throws IOException {
    for (int from = 0; from < MOST_KEYS; from += FEW_KEYS) {
      for (byte[] key : keys.subList(from, from + FEW_KEYS)) {
        client.requests().deleteKey(key);
      }
      client.out().flush();
      in.skipNBytes((long) FEW_KEYS * Long.BYTES);
    }
  }

  private static void popAll(RawClient client, DataInputStream in) throws IOException {
    while (true) {
      client.requests().queueLen(QUEUE);
      client.out().flush();
      long left = Long.reverseBytes(in.readLong());
      if (left == 0) {
        return;
      }
      long some = Math.min(left, FEW_KEYS);
      for (long i = 0; i < some; i++) {
        client.requests().queuePop(QUEUE);
      }
      client.out().flush();
      // Each item is empty: a queue's length, and the length of the item.
      in.skipNBytes(some * 2 * Long.BYTES);
    }
  }

  private void fillWithKeys(Attackers attackers) throws IOException {
    RawClient client = attackers.next();
    client.requests().multiSet(keys, Collections.nCopies(MOST_KEYS, SMALL));
    byte[] value = new byte[LARGE_BYTES / FEW_KEYS];
    for (byte[] key : keys) {
      client.requests().set(key, value);
    }
    client.out().flush();
  }

  private void halfSendLists(Attackers attackers) throws IOException {
    for (int i = 0; i < 8; i++) {
      RawClient client = attackers.next();
      client.out().putByte(Opcode.MULTI_SET.code());
      client.out().putLong(MOST_KEYS);
      for (byte[] key : keys.subList(1, MOST_KEYS)) {
        client.out().putBlob(key);
        client.out().putBlob(SMALL);
      }
      client.out().flush();
    }
  }

  private void halfSendValues(Attackers attackers) throws IOException {
    byte[] half = new byte[LARGE_BYTES / 2];
    for (int i = 0; i < 30; i++) {
      RawClient client = attackers.next();
      client.out().putByte(Opcode.SET.code());
      client.out().putBlob(VALUE);
      client.out().putLong(LARGE_BYTES);
      client.out().putBytes(half, 0, half.length);
      client.out().flush();
    }
  }

  private void pushNothing(Attackers attackers) throws IOException {
    RawClient client = attackers.next();
    for (int i = 0; i < MOST_KEYS; i++) {
      client.requests().queuePush(QUEUE, new byte[0]);
    }
    client.out().flush();
  }

  private void waitForManyKeys(Attackers attackers) throws IOException {
    for (int i = 0; i < 15; i++) {
      RawClient client = attackers.next();
      client.requests().await(keys);
      client.out().flush();
    }
  }

  /** Readers of one large value that never read, while it is replaced before each of them. */
  private void readNothing(Attackers attackers) throws IOException {
    RawClient writer = attackers.next();
    for (int i = 0; i < 27; i++) {
      writer.requests().set(VALUE, new byte[LARGE_BYTES]);
      writer.requests().ping(i);
      writer.out().flush();
      writer.in().skipNBytes(Integer.BYTES);
      RawClient reader = attackers.next();
      reader.requests().get(VALUE);
      reader.out().flush();
    }
  }

  private void listAndReadNothing(Attackers attackers) throws IOException {
    RawClient writer = attackers.next();
    List<byte[]> some = keys.subList(0, FEW_KEYS);
    writer.requests().multiSet(some, Collections.nCopies(FEW_KEYS, new byte[100]));
    writer.requests().ping(0);
    writer.out().flush();
    writer.in().skipNBytes(Integer.BYTES);
    for (int i = 0; i < 20; i++) {
      RawClient reader = attackers.next();
      reader.requests().multiGet(some);
      reader.requests().listKeys();
      reader.out().flush();
    }
  }

  private void appendToLargeValue(Attackers attackers) throws IOException {
    RawClient client = attackers.next();
    client.requests().set(VALUE, new byte[LARGE_BYTES - 1]);
    for (int i = 0; i < 2_000; i++) {
      client.requests().append(VALUE, new byte[1]);
    }
    client.out().flush();
  }

  private static byte[] key(String name) {
    return (PREFIX + name).getBytes(StandardCharsets.US_ASCII);
  }
}
