package io.muster.store.server;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Ways for clients to make a server hold more than its heap has room for. Each is launched, which
 * returns when all was sent or refused, and leaves its connections open.
 *
 * <p>They are sized for a heap of 64 MiB; each of them ended or silenced such a server before it
 * had a memory budget.
 */
public enum MemoryAttack {
  /** Keys of 7 bytes, without a value. */
  SMALL_KEYS(1) {
    @Override
    void launch(Clients clients, int strength) {
      RawClient client = clients.connect();
      for (int from = 0; from < 40 * strength; from++) {
        client.trySend(repeat(10_000, from * 10_000, i -> set(String.format("%07d", i), EMPTY)));
      }
    }

    @Override
    void cleanUp(Clients clients, int strength) {
      RawClient client = clients.connect();
      for (int from = 0; from < 40 * strength; from++) {
        client.send(
            repeat(10_000, from * 10_000, i -> request(8).blob(String.format("%07d", i)).bytes()));
        client.skip(10_000 * 8L);
      }
    }
  },

  /** Items without bytes, in the queue without a name. */
  EMPTY_ITEMS(1) {
    @Override
    void launch(Clients clients, int strength) {
      RawClient client = clients.connect();
      byte[] pushes = repeat(10_000, 0, i -> request(14).blob("").blob(EMPTY).bytes());
      for (int i = 0; i < 80 * strength; i++) {
        client.trySend(pushes);
      }
    }

    @Override
    void cleanUp(Clients clients, int strength) {
      RawClient client = clients.connect();
      byte[] pop = request(15).blob("").bytes();
      byte[] pops = repeat(1000, 0, i -> pop);
      while (client.send(request(16).blob("").bytes()).readLong() >= 1000) {
        client.send(pops).skip(1000 * 16L);
      }
    }
  },

  /** MULTI_SETs of 131,072 small values, each without its last byte. */
  HALF_MULTI_SETS(8) {
    @Override
    void launch(Clients clients, int strength) {
      clients.each(
          strength,
          (client, number) -> {
            byte[] all =
                request(11)
                    .number(MAX_KEYS)
                    .raw(
                        repeat(
                            MAX_KEYS,
                            0,
                            i -> request().blob(number + "." + i).blob(new byte[8]).bytes()))
                    .bytes();
            client.trySend(Arrays.copyOf(all, all.length - 1));
          });
    }
  },

  /** Waits for 131,072 keys each that never come. */
  LONG_WAITS(15) {
    @Override
    void launch(Clients clients, int strength) {
      clients.each(
          strength,
          (client, number) ->
              client.trySend(
                  request(6)
                      .number(MAX_KEYS)
                      .raw(repeat(MAX_KEYS, 0, i -> request().blob(number + "/wait" + i).bytes()))
                      .bytes()));
    }
  },

  /** Values of 8 MiB, each without its last byte. */
  HALF_VALUES(30) {
    @Override
    void launch(Clients clients, int strength) {
      byte[] all = set("/half", new byte[MAX_VALUE]);
      clients.each(
          strength, (client, number) -> client.trySend(Arrays.copyOf(all, all.length - 1)));
    }
  },

  /** Readers of a value of 8 MiB that never read, while it is replaced again and again. */
  READERS_OF_A_REPLACED_VALUE(27) {
    @Override
    void launch(Clients clients, int strength) {
      byte[] set = set("/replaced", new byte[MAX_VALUE]);
      for (int i = 0; i < strength; i++) {
        clients.connect().trySend(set).trySend(request(13).number32(1).bytes()).tryRead(4).close();
        clients.connect().trySend(request(3).blob("/replaced").bytes());
      }
    }

    @Override
    void cleanUp(Clients clients, int strength) {
      clients.connect().send(request(8).blob("/replaced").bytes()).skip(8);
    }
  },

  /** MULTI_GETs of 131,072 keys and pipelined LIST_KEYS, of clients that never read. */
  UNREAD_LISTS(100) {
    @Override
    void launch(Clients clients, int strength) {
      clients
          .connect()
          .trySend(repeat(1000, 0, i -> set("/listed" + i, new byte[2000])))
          .trySend(request(13).number32(1).bytes())
          .tryRead(4)
          .close();
      byte[] multiGet =
          request(10)
              .number(MAX_KEYS)
              .raw(repeat(MAX_KEYS, 0, i -> request().blob("/listed" + i % 1000).bytes()))
              .bytes();
      byte[] listKeys = new byte[2000];
      Arrays.fill(listKeys, (byte) 17);
      for (int i = 0; i < strength; i++) {
        clients.connect().trySend(i % 4 == 0 ? multiGet : listKeys);
      }
    }

    @Override
    void cleanUp(Clients clients, int strength) {
      clients
          .connect()
          .send(repeat(1000, 0, i -> request(8).blob("/listed" + i).bytes()))
          .skip(8 * 1000);
    }
  },

  /** Connections that do nothing, fewer than the server takes. */
  IDLE_CONNECTIONS(1500) {
    @Override
    void launch(Clients clients, int strength) {
      for (int i = 0; i < strength; i++) {
        RawClient unused = clients.connect();
      }
    }
  };

  private static final int MAX_KEYS = 131_072;
  private static final int MAX_VALUE = 8 << 20;
  private static final byte[] EMPTY = {};

  private final int fullStrength;

  MemoryAttack(int fullStrength) {
    this.fullStrength = fullStrength;
  }

  /** Does it; how much of it depends on the attack: clients, or so many times the known size. */
  abstract void launch(Clients clients, int strength);

  /** Removes what it may have stored. */
  void cleanUp(Clients clients, int strength) {}

  /** The strength of which it is known that it ended a server of 64 MiB. */
  public int fullStrength() {
    return fullStrength;
  }

  /** Attacks a server, and returns the connections that it has left open. */
  public Attackers launch(InetSocketAddress server, int strength) {
    Clients clients = new Clients(server);
    launch(clients, strength);
    return clients;
  }

  /** Removes what an attack of such strength may have stored. */
  public void cleanUp(InetSocketAddress server, int strength) {
    try (Clients clients = new Clients(server)) {
      cleanUp(clients, strength);
    }
  }

  /** The clients of an attack, until they are closed. */
  public interface Attackers extends AutoCloseable {
    @Override
    void close();
  }

  /** The connections of an attack. */
  static final class Clients implements Attackers {
    private final InetSocketAddress server;
    private final List<RawClient> open = new ArrayList<>();

    Clients(InetSocketAddress server) {
      this.server = server;
    }

    RawClient connect() {
      RawClient client = RawClient.open(server).trySend(RawClient.bytes(RawClient.VALIDATE));
      open.add(client);
      return client;
    }

    interface Work {
      void run(RawClient client, int number);
    }

    /** So many clients, all at the same time. */
    void each(int count, Work work) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        RawClient client = connect();
        Thread thread = new Thread(() -> work.run(client, number));
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        boolean interrupted = false;
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
        if (interrupted) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }

    @Override
    public void close() {
      open.forEach(RawClient::reset);
    }
  }

  static byte[] set(String key, byte[] value) {
    return request(1).blob(key).blob(value).bytes();
  }

  static byte[] repeat(int times, int from, IntFunction<byte[]> part) {
    ByteArrayOutputStream all = new ByteArrayOutputStream(times * 32);
    for (int i = from; i < from + times; i++) {
      all.writeBytes(part.apply(i));
    }
    return all.toByteArray();
  }

  static Request request(int opcode) {
    Request request = new Request();
    request.bytes.write(opcode);
    return request;
  }

  static Request request() {
    return new Request();
  }

  /** The bytes of a request, or of a part of one. */
  static final class Request {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Request number(long number) {
      return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array());
    }

    Request number32(int number) {
      return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array());
    }

    Request blob(String text) {
      return blob(text.getBytes(StandardCharsets.UTF_8));
    }

    Request blob(byte[] blob) {
      return number(blob.length).raw(blob);
    }

    Request raw(byte[] some) {
      bytes.writeBytes(some);
      return this;
    }

    byte[] bytes() {
      return bytes.toByteArray();
    }
  }
}
