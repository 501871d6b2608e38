package io.muster.bench.chart;

/** A figure and where it belongs. */
public record Point(double x, double y) {}
