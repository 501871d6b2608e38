package io.muster.collectives.internal.reduce;

/**
 * Which of two floating-point numbers is less, without a branch: between random numbers, a
 * processor guesses every other branch wrongly, and a compiler does not vectorise what branches.
 * Numbers are given as their bits; as in every comparison, a NaN is not less than anything and
 * nothing less than it, and zeros are equal.
 */
final class Order {
  private static final int INFINITY = 0x7f800000;

  private Order() {}

  /** {@code y} if {@code y < x}, else {@code x}. */
  static int min(int x, int y) {
    return x ^ ((x ^ y) & less(y, x));
  }

  /** {@code y} if {@code x < y}, else {@code x}. */
  static int max(int x, int y) {
    return x ^ ((x ^ y) & less(x, y));
  }

  private static int less(int x, int y) {
    int xs = x & Integer.MAX_VALUE;
    int ys = y & Integer.MAX_VALUE;
    int nan = (INFINITY - xs) | (INFINITY - ys);
    int xk = (xs ^ (x >> 31)) - (x >> 31);
    int yk = (ys ^ (y >> 31)) - (y >> 31);
    return (((xk & ~yk) | (~(xk ^ yk) & (xk - yk))) & ~nan) >> 31;
  }
}
