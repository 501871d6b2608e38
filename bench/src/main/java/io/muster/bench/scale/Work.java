package io.muster.bench.scale;

/** An operation that a server does so many times. */
record Work(Operation operation, int times) {}
