/**
 * Programs of several ranks, tested in one JVM: {@link io.muster.testing.World} on a test, or
 * {@link io.muster.testing.Ranks} inside one.
 */
package io.muster.testing;
