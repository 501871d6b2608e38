package io.muster.bench.soak;

import io.muster.bench.ServerHoldings;

/**
 * What was seen in one interval of a soak.
 *
 * @param minutes since the start, at the end of the interval
 * @param operations answered per second
 * @param visits of clients per second
 * @param p50 of the probe's times, in microseconds, as are the next three
 * @param residentBytes of the server, as the kernel counts them
 * @param descriptors that the server had open
 * @param held what the server held
 */
record SoakSample(
    double minutes,
    double operations,
    double visits,
    double p50,
    double p99,
    double p999,
    double max,
    long residentBytes,
    long descriptors,
    ServerHoldings held) {}
