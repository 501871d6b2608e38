package io.muster.bench;

import com.sun.management.ThreadMXBean;
import io.muster.rpc.RemoteRef;
import io.muster.rpc.RpcCodec;
import io.muster.rpc.internal.codec.KryoCodec;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.apache.fory.Fory;
import org.apache.fory.ThreadSafeFory;
import org.jspecify.annotations.Nullable;

/**
 * What two libraries do with the arguments of calls: how fast, and what comes of bytes that nobody
 * has written. Each has its classes registered and refuses others.
 */
public final class RpcCodecs {
  private static final int ROUNDS = 15;
  private static final int WARM_UP = 10;
  private static final int TIMES = 20_000;
  private static final int MUTATIONS = 200_000;
  private static final int MAX_BYTES = 64 << 20;

  private RpcCodecs() {}

  /** What a program might send. */
  @SuppressWarnings("ArrayRecordComponent") // it is sent, not compared
  public record Batch(String name, long step, float[] weights, List<UUID> ids) {}

  private static final class ForyCodec implements RpcCodec {
    private final ThreadSafeFory fory;

    ForyCodec() {
      fory =
          Fory.builder()
              .withXlang(false)
              .requireClassRegistration(true)
              .withRefTracking(false)
              .withMaxDepth(100)
              .buildThreadSafeFory();
      fory.register(Batch.class);
    }

    @Override
    public byte[] encode(@Nullable Object value, References references) {
      return fory.serialize(value);
    }

    @Override
    public @Nullable Object decode(byte[] bytes, int offset, int length, References references) {
      return fory.deserialize(bytes);
    }
  }

  private static final class NoReferences implements RpcCodec.References {
    @Override
    public byte[] write(RemoteRef<?> reference) {
      throw new UnsupportedOperationException();
    }

    @Override
    public RemoteRef<?> read(byte[] bytes) {
      throw new UnsupportedOperationException();
    }
  }

  private static final RpcCodec.References NONE = new NoReferences();

  /** Measures and prints. */
  public static void main(String[] args) {
    RpcCodec kryo = new KryoCodec(List.of(Batch.class), MAX_BYTES);
    RpcCodec fory = new ForyCodec();
    Map<String, Object[]> samples = new LinkedHashMap<>();
    samples.put("two numbers", new Object[] {1, 2L});
    samples.put(
        "a record with 256 floats",
        new Object[] {new Batch("layer", 7, new float[256], List.of(new UUID(1, 2)))});
    samples.put(
        "a map of 100 texts",
        new Object[] {
          new SplittableRandom(1)
              .longs(100)
              .boxed()
              .collect(LinkedHashMap::new, (map, n) -> map.put("key" + n, "value" + n), Map::putAll)
        });
    System.out.println("| arguments | Kryo, µs | Fory, µs | Fory / Kryo |\n|---|---:|---:|---:|");
    samples.forEach((name, sample) -> time(name, sample, kryo, fory));
    System.out.println(
        """

        | arguments | library | read | refused | JVM errors | most bytes allocated for one |
        |---|---|---:|---:|---:|---:|""");
    samples.forEach(
        (name, sample) -> {
          abuse(name, "Kryo", kryo, sample);
          abuse(name, "Fory", fory, sample);
        });
  }

  private static void time(String name, Object[] sample, RpcCodec kryo, RpcCodec fory) {
    Samples ofKryo = new Samples();
    Samples ofFory = new Samples();
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      double first = micros(round % 2 == 0 ? kryo : fory, sample);
      double second = micros(round % 2 == 0 ? fory : kryo, sample);
      if (round >= 0) {
        ofKryo.add(round % 2 == 0 ? first : second);
        ofFory.add(round % 2 == 0 ? second : first);
      }
    }
    System.out.printf(
        Locale.ROOT, "| %s | %s | %s | %s |%n", name, ofKryo, ofFory, ofFory.over(ofKryo));
  }

  private static double micros(RpcCodec codec, Object[] sample) {
    long start = System.nanoTime();
    for (int i = 0; i < TIMES; i++) {
      byte[] bytes = codec.encode(sample, NONE);
      Object unused = codec.decode(bytes, 0, bytes.length, NONE);
    }
    return (System.nanoTime() - start) / 1e3 / TIMES;
  }

  /** Decodes with some bytes changed, at random but the same for both. */
  private static void abuse(String name, String library, RpcCodec codec, Object[] sample) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    SplittableRandom random = new SplittableRandom(42);
    byte[] right = codec.encode(sample, NONE);
    int read = 0;
    int refused = 0;
    int errors = 0;
    long most = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bytes = right.clone();
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        Object unused = codec.decode(bytes, 0, bytes.length, NONE);
        read++;
      } catch (RuntimeException e) {
        refused++;
      } catch (Error e) {
        errors++;
      }
      most = Math.max(most, threads.getCurrentThreadAllocatedBytes() - before);
    }
    System.out.printf(
        Locale.ROOT,
        "| %s, %,d bytes | %s | %,d | %,d | %,d | %,d |%n",
        name,
        right.length,
        library,
        read,
        refused,
        errors,
        most);
  }
}
