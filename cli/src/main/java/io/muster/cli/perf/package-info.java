/**
 * Measures collectives. {@link io.muster.cli.perf.PerfRun} makes the calls of a {@link
 * io.muster.cli.perf.Plan}. {@link io.muster.cli.perf.Fill} defines what each rank sends, and
 * {@link io.muster.cli.perf.Expectation} computes from it, without a collective, what each rank
 * must receive.
 */
package io.muster.cli.perf;
