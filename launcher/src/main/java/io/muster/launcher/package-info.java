/**
 * Starts the ranks of a world as processes, supervises them and restarts them: what {@code
 * torchrun} does, as a library. A {@link io.muster.launcher.WorldSpec} says what to run, and {@link
 * io.muster.launcher.Launcher} runs it. It needs Linux.
 */
package io.muster.launcher;
