package io.muster.cli.perf;

/**
 * One size to be measured.
 *
 * @param bytes what bandwidth counts: all parts together
 * @param count the elements of a part
 */
record Size(long bytes, int count, int iterations, int warmUps) {}
