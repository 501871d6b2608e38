package io.muster.cli.perf;

/**
 * One size to measure.
 *
 * @param bytes the size that bandwidth counts: all parts together
 * @param count the number of elements of a part
 */
record Size(long bytes, int count, int iterations, int warmUps) {}
