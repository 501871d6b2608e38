package io.muster.bench.jmh;

import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireInput;
import io.muster.store.internal.wire.WireOutput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** The reply to a get: a byte that says the value is there, and the value. */
public class ReplyCodecBenchmark extends ShortRun {
  /** How long the value is. */
  @Param({"32", "4096"})
  public int valueBytes;

  private final WireOutput nowhere = new WireOutput((bytes, offset, length) -> {}, 32 * 1024);
  private byte[] value = {};
  private ByteArrayInputStream reply = new ByteArrayInputStream(value);
  private WireInput in = new WireInput(reply);

  @Setup
  public void encodeOne() throws IOException {
    value = new byte[valueBytes];
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WireOutput out = new WireOutput(bytes::write, 32 * 1024);
    out.putByte(Reply.FOUND);
    out.putBlob(value);
    out.flush();
    reply = new ByteArrayInputStream(bytes.toByteArray());
    in = new WireInput(reply);
  }

  @Benchmark
  public int encode() throws IOException {
    nowhere.putByte(Reply.FOUND);
    nowhere.putBlob(value);
    int pending = nowhere.pending();
    nowhere.flush();
    return pending;
  }

  @Benchmark
  public byte[] decode() throws IOException {
    reply.reset();
    if (in.getByte() != Reply.FOUND) {
      throw new IllegalStateException("not found");
    }
    return in.getBlob();
  }
}
