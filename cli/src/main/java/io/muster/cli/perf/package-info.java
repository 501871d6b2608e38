/**
 * Measures collectives. {@link io.muster.cli.perf.PerfRun} makes the calls that a {@link
 * io.muster.cli.perf.Plan} asks for; {@link io.muster.cli.perf.Fill} says what each rank sends, and
 * {@link io.muster.cli.perf.Expectation} from that, without a collective, what each has to receive.
 */
package io.muster.cli.perf;
