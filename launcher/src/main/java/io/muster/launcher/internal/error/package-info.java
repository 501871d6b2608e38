/** torchelastic's error file, in which a worker leaves the reason of its failure. */
package io.muster.launcher.internal.error;
