package io.muster.bench;

import io.muster.collectives.DataType;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.internal.reduce.Reducer;
import io.muster.collectives.internal.reduce.Reducers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A sum of floats in direct buffers, by the operator and by the ways it could have gone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReduceLayoutBenchmark {
  private static final VarHandle FLOAT =
      MethodHandles.byteBufferViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  /** The length of each buffer. */
  @Param({"64", "1048576"})
  public int bytes;

  private final Reducer sum = Reducers.of(DataType.FLOAT32, ReduceOp.SUM);
  private ByteBuffer own = ByteBuffer.allocateDirect(0);
  private ByteBuffer received = own;
  private float[] ownArray = {};
  private float[] receivedArray = {};

  @Setup
  public void fill() {
    own = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    received = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    SplittableRandom random = new SplittableRandom(1);
    for (int at = 0; at < bytes; at += Float.BYTES) {
      own.putFloat(at, (float) random.nextDouble());
      received.putFloat(at, (float) random.nextDouble());
    }
    ownArray = new float[bytes / Float.BYTES];
    receivedArray = new float[bytes / Float.BYTES];
    own.asFloatBuffer().get(ownArray);
    received.asFloatBuffer().get(receivedArray);
  }

  @Benchmark
  public void throughArrays() {
    sum.reduce(own, received);
  }

  @Benchmark
  public void throughViews() {
    FloatBuffer to = own.asFloatBuffer();
    FloatBuffer from = received.asFloatBuffer();
    for (int i = 0; i < to.limit(); i++) {
      to.put(i, to.get(i) + from.get(i));
    }
  }

  @Benchmark
  public void throughVarHandle() {
    ByteBuffer to = own;
    ByteBuffer from = received;
    for (int at = 0; at < to.limit(); at += Float.BYTES) {
      FLOAT.set(to, at, (float) FLOAT.get(to, at) + (float) FLOAT.get(from, at));
    }
  }

  /** What it would cost if the elements were in arrays to begin with. */
  @Benchmark
  public void inArrays() {
    float[] to = ownArray;
    float[] from = receivedArray;
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }
}
