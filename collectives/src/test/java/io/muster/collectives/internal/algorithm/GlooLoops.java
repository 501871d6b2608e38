package io.muster.collectives.internal.algorithm;

import io.muster.collectives.internal.algorithm.Floats.Operator;
import java.util.function.IntConsumer;

/**
 * The loops of Gloo's collectives in their simplest form: what each rank sends and receives, and
 * the results of reductions if all ranks take each step at the same time.
 */
final class GlooLoops {
  private static final long M = 1 << 20;

  private GlooLoops() {}

  static Traffic barrier(int n) {
    Traffic traffic = new Traffic();
    for (int r = 0; r < n; r++) {
      for (int d = 1; d < n; d <<= 1) {
        traffic.receives(r, (r - d + n) % n, 0);
        traffic.sends(r, (r + d) % n, 0);
      }
    }
    return traffic;
  }

  static Traffic broadcast(int n, int root, long bytes) {
    Traffic traffic = new Traffic();
    int dim = 0;
    while (1 << dim < n) {
      dim++;
    }
    for (int r = 0; r < n; r++) {
      int v = (r - root + n) % n;
      int mask = (1 << dim) - 1;
      for (int i = 0; i < dim; i++) {
        mask ^= 1 << i;
        int vp = v ^ (1 << i);
        if ((v & mask) != 0 || vp >= n) {
          continue;
        }
        int peer = (vp + root) % n;
        if ((v & (1 << i)) == 0) {
          traffic.sends(r, peer, bytes);
        } else {
          traffic.receives(r, peer, bytes);
        }
      }
    }
    return traffic;
  }

  /** Replaces each rank's numbers by the result. */
  static Traffic allReduce(float[][] ranks, Operator operator) {
    int n = ranks.length;
    long t = 4L * ranks[0].length;
    Traffic traffic = new Traffic();
    if (n == 1 || t == 0) {
      return traffic;
    }
    long s = roundUp(Math.max(up(t, M), 2L * n), n);
    long p = s / n;
    long b = roundUp(up(t, s), 4);
    Lockstep lockstep = new Lockstep(ranks, operator, traffic, t, s, b);
    for (long i = 0; i <= s - p - 1; i++) {
      lockstep.step(1 * p + i, 2 * p + i, true);
    }
    for (long i = 0; i <= s - p - 1; i++) {
      lockstep.step(0 * p + i, 1 * p + i, false);
    }
    return traffic;
  }

  /** Leaves the result on the root, and Gloo's partial results on other ranks. */
  static Traffic reduce(float[][] ranks, int root, Operator operator) {
    int n = ranks.length;
    long t = 4L * ranks[0].length;
    Traffic traffic = new Traffic();
    if (n == 1 || t == 0) {
      return traffic;
    }
    long b = roundUp(Math.min(up(t, 2L * n), M), 4);
    long s = roundUp(Math.max(up(t, b), 2L * n), n);
    long p = s / n;
    Lockstep lockstep = new Lockstep(ranks, operator, traffic, t, s, b);
    for (long i = 0; i <= s - 3; i++) {
      lockstep.step(1 * p + i, 2 * p + i, true);
    }
    for (int r = 0; r < n; r++) {
      long length = Math.min(p * b, t - r * p * b);
      if (r != root && length > 0) {
        traffic.sends(r, root, length);
        traffic.receives(root, r, length);
        int from = (int) (r * p * b / 4);
        System.arraycopy(ranks[r], from, ranks[root], from, (int) length / 4);
      }
    }
    return traffic;
  }

  static Traffic allGather(int n, long input) {
    Traffic traffic = new Traffic();
    long[] half = {input / 2, input - input / 2};
    for (int r = 0; r < n; r++) {
      for (int i = 0; n > 1 && input > 0 && i <= 2 * (n - 1) - 1; i++) {
        traffic.sends(r, (r + 1) % n, half[i & 1]);
        traffic.receives(r, (r - 1 + n) % n, half[i & 1]);
      }
    }
    return traffic;
  }

  static Traffic gather(int n, int root, long input) {
    Traffic traffic = new Traffic();
    others(
        n,
        root,
        i -> {
          traffic.receives(root, i, input);
          traffic.sends(i, root, input);
        });
    return traffic;
  }

  static Traffic scatter(int n, int root, long output) {
    Traffic traffic = new Traffic();
    others(
        n,
        root,
        i -> {
          traffic.sends(root, i, output);
          traffic.receives(i, root, output);
        });
    return traffic;
  }

  /** Rank {@code r} has {@code lengths[r][i]} bytes for rank {@code i}. */
  static Traffic allToAll(int[][] lengths) {
    Traffic traffic = new Traffic();
    int n = lengths.length;
    for (int r = 0; r < n; r++) {
      for (int i = 1; i < n; i++) {
        int to = (r + i) % n;
        int from = (r - i + n) % n;
        traffic.sends(r, to, lengths[r][to]);
        traffic.receives(r, from, lengths[from][r]);
      }
    }
    return traffic;
  }

  private static void others(int n, int root, IntConsumer each) {
    for (int i = 0; i < n; i++) {
      if (i != root) {
        each.accept(i);
      }
    }
  }

  private static long up(long a, long b) {
    return a / b + (a % b == 0 ? 0 : 1);
  }

  private static long roundUp(long v, long m) {
    return up(v, m) * m;
  }

  /** A ring in which all ranks take each step at the same time. */
  private static final class Lockstep {
    private final float[][] ranks;
    private final Operator operator;
    private final Traffic traffic;
    private final long t;
    private final long s;
    private final long b;

    Lockstep(float[][] ranks, Operator operator, Traffic traffic, long t, long s, long b) {
      this.ranks = ranks;
      this.operator = operator;
      this.traffic = traffic;
      this.t = t;
      this.s = s;
      this.b = b;
    }

    /** Takes one step on all ranks; indices are those of rank 0. */
    void step(long sendIndex, long receiveIndex, boolean reduce) {
      int n = ranks.length;
      long p = s / n;
      float[][] sent = new float[n][];
      for (int r = 0; r < n; r++) {
        long offset = (sendIndex + r * p) * b % (s * b);
        long length = Math.min(b, t - offset);
        sent[r] = new float[(int) Math.max(0, length / 4)];
        if (length > 0) {
          traffic.sends(r, (r - 1 + n) % n, length);
          System.arraycopy(ranks[r], (int) (offset / 4), sent[r], 0, sent[r].length);
        }
      }
      for (int r = 0; r < n; r++) {
        long offset = (receiveIndex + r * p) * b % (s * b);
        long length = Math.min(b, t - offset);
        if (length <= 0) {
          continue;
        }
        traffic.receives(r, (r + 1) % n, length);
        float[] received = sent[(r + 1) % n];
        for (int i = 0; i < length / 4; i++) {
          int at = (int) (offset / 4) + i;
          ranks[r][at] = reduce ? operator.apply(ranks[r][at], received[i]) : received[i];
        }
      }
    }
  }
}
