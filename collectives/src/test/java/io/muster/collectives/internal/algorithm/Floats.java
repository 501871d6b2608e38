package io.muster.collectives.internal.algorithm;

import io.muster.collectives.internal.reduce.Reducer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** Elements whose sum depends on the order in which they are added. */
final class Floats {
  static final int BYTES = Float.BYTES;

  /** Combines an own element and a received one. */
  enum Operator implements Reducer {
    SUM {
      @Override
      float apply(float own, float received) {
        return own + received;
      }
    },
    /** Neither commutative nor associative. */
    SKEWED {
      @Override
      float apply(float own, float received) {
        return own - 0.5f * received;
      }
    };

    abstract float apply(float own, float received);

    @Override
    public void reduce(ByteBuffer own, ByteBuffer received) {
      if (own.remaining() != received.remaining()
          || own.order() != ByteOrder.LITTLE_ENDIAN
          || received.order() != ByteOrder.LITTLE_ENDIAN) {
        throw new AssertionError(own + " and " + received);
      }
      int offset = received.position() - own.position();
      for (int i = own.position(); i < own.limit(); i += BYTES) {
        own.putFloat(i, apply(own.getFloat(i), received.getFloat(i + offset)));
      }
    }

    @Override
    public int elementBytes() {
      return BYTES;
    }
  }

  private Floats() {}

  /** Numbers of both signs and of very different magnitudes, which differ per rank. */
  static float[][] random(SplittableRandom random, int ranks, int elements) {
    float[][] numbers = new float[ranks][elements];
    for (float[] row : numbers) {
      for (int i = 0; i < elements; i++) {
        row[i] = Math.scalb((float) random.nextDouble(-1, 1), random.nextInt(24));
      }
    }
    return numbers;
  }

  /** A buffer with these numbers, whose position is not 0. */
  static ByteBuffer direct(float... numbers) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(3 + numbers.length * BYTES);
    buffer.order(ByteOrder.LITTLE_ENDIAN).position(3).mark();
    for (float number : numbers) {
      buffer.putFloat(number);
    }
    return buffer.reset();
  }

  /** The numbers in a buffer. */
  static float[] of(ByteBuffer buffer) {
    float[] numbers = new float[buffer.remaining() / BYTES];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = buffer.getFloat(buffer.position() + i * BYTES);
    }
    return numbers;
  }
}
