package io.muster.cli.perf;

/** A 16-bit floating-point format. */
record SmallFloat(int exponentBits, int fractionBits) {
  static final SmallFloat F16 = new SmallFloat(5, 10);
  static final SmallFloat BF16 = new SmallFloat(8, 7);

  private int bias() {
    return (1 << (exponentBits - 1)) - 1;
  }

  /** Returns the bits of the nearest number to 0 or to a positive number in the normal range. */
  short encode(double value) {
    if (value == 0) {
      return 0;
    }
    int exponent = Math.getExponent(value);
    long significand = (long) Math.rint(Math.scalb(value, fractionBits - exponent));
    // The highest bit of the significand is not stored; adding it increments the exponent.
    return (short) (significand + ((long) (exponent + bias() - 1) << fractionBits));
  }

  /** Returns the number with these bits. */
  double decode(short bits) {
    int exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
    int fraction = bits & ((1 << fractionBits) - 1);
    double magnitude;
    if (exponent == (1 << exponentBits) - 1) {
      magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((double) fraction, 1 - bias() - fractionBits);
    } else {
      double significand = fraction + (1 << fractionBits);
      magnitude = Math.scalb(significand, exponent - bias() - fractionBits);
    }
    return bits < 0 ? -magnitude : magnitude;
  }
}
