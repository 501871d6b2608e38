/** What workers write: to the console with a prefix, and to files. */
package io.muster.launcher.internal.output;
