/** The command that runs each program of this module. */
@NullMarked
package io.muster.bench.command;

import org.jspecify.annotations.NullMarked;
