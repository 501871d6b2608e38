package io.muster.bench.jmh;

import io.muster.collectives.DataType;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.internal.reduce.Reducer;
import io.muster.collectives.internal.reduce.Reducers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Operators on a mebibyte, the segment of an allreduce. */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ReduceBenchmark extends ShortRun {
  private static final int BYTES = 1 << 20;

  @Param({"UINT8", "INT32", "INT64", "FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  public DataType type = DataType.FLOAT32;

  @Param({"SUM", "PRODUCT", "MIN"})
  public ReduceOp op = ReduceOp.SUM;

  private final ByteBuffer start = direct();
  private final ByteBuffer own = direct();
  private final ByteBuffer received = direct();
  private Reducer reducer = Reducers.of(type, op);

  private static ByteBuffer direct() {
    return ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Setup
  public void fill() {
    SplittableRandom random = new SplittableRandom(1);
    reducer = Reducers.of(type, op);
    for (ByteBuffer buffer : new ByteBuffer[] {start, received}) {
      for (int at = 0; at < BYTES; at += type.bytes()) {
        double number = 0.5 + random.nextDouble();
        switch (type) {
          case UINT8, INT8, BOOL -> buffer.put(at, (byte) random.nextInt());
          case INT32 -> buffer.putInt(at, random.nextInt());
          case INT64 -> buffer.putLong(at, random.nextLong());
          // The exponent of 1 and a random fraction, in either format.
          case FLOAT16 -> buffer.putShort(at, (short) (0x3c00 | random.nextInt(1 << 10)));
          case BFLOAT16 -> buffer.putShort(at, (short) (0x3f80 | random.nextInt(1 << 7)));
          case FLOAT32 -> buffer.putFloat(at, (float) number);
          case FLOAT64 -> buffer.putDouble(at, number);
        }
      }
    }
  }

  /** Begins with the same numbers each time, so that it also measures a copy. */
  @Benchmark
  public void reduce() {
    own.put(0, start, 0, BYTES);
    reducer.reduce(own, received);
  }
}
