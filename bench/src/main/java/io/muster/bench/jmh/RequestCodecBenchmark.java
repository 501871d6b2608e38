package io.muster.bench.jmh;

import io.muster.store.internal.wire.KeyReader;
import io.muster.store.internal.wire.Opcode;
import io.muster.store.internal.wire.RequestDecoder;
import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.Requests;
import io.muster.store.internal.wire.WireLimits;
import io.muster.store.internal.wire.WireOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A SET, written, and read whole and in two pieces. */
public class RequestCodecBenchmark extends ShortRun {
  private static final byte[] KEY = new byte[16];

  /** How long the value is. */
  @Param({"32", "4096"})
  public int valueBytes;

  private final WireOutput nowhere = new WireOutput((bytes, offset, length) -> {}, 16 * 1024);
  private final RequestEncoder encoder = new RequestEncoder(nowhere);
  private final RequestDecoder decoder = new RequestDecoder(WireLimits.PYTORCH, KeyReader.COPYING);
  private final Requests ignored = ignoring();
  private byte[] value = {};
  private ByteBuffer request = ByteBuffer.allocate(0);

  @Setup
  public void encodeOne() throws IOException {
    value = new byte[valueBytes];
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WireOutput out = new WireOutput(bytes::write, 16 * 1024);
    RequestEncoder requests = new RequestEncoder(out);
    requests.validate();
    out.flush();
    decoder.decode(ByteBuffer.wrap(bytes.toByteArray()), ignored);
    bytes.reset();
    requests.set(KEY, value);
    out.flush();
    request = ByteBuffer.wrap(bytes.toByteArray());
  }

  @Benchmark
  public int encode() throws IOException {
    encoder.set(KEY, value);
    int pending = nowhere.pending();
    nowhere.flush();
    return pending;
  }

  @Benchmark
  public @Nullable Opcode decodeWhole() throws IOException {
    return decoder.decode(request.clear(), ignored);
  }

  @Benchmark
  public @Nullable Opcode decodeInTwoPieces() throws IOException {
    request.clear().limit(request.capacity() / 2);
    Opcode none = decoder.decode(request, ignored);
    if (none != null) {
      throw new IllegalStateException("half a request was taken for " + none);
    }
    return decoder.decode(request.limit(request.capacity()), ignored);
  }

  private static Requests ignoring() {
    return (Requests)
        Proxy.newProxyInstance(
            Requests.class.getClassLoader(),
            new Class<?>[] {Requests.class},
            (proxy, method, arguments) -> null);
  }
}
