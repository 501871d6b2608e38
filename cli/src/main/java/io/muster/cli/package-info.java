/**
 * The {@code muster} command. {@link io.muster.cli.Main} parses the command line, one class per
 * command does the work, and {@link io.muster.cli.Failures} converts exceptions to one line and an
 * {@link io.muster.cli.ExitCode}.
 */
package io.muster.cli;
