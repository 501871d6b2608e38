/**
 * The {@code muster} command. {@link io.muster.cli.Main} parses, a class a command does the work,
 * {@link io.muster.cli.Failures} turns exceptions into one line and an {@link
 * io.muster.cli.ExitCode}.
 */
package io.muster.cli;
