/** Processes with a process group of their own, and the process that kills these groups. */
package io.muster.launcher.internal.process;
