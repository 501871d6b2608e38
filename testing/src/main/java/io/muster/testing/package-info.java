/**
 * Tests of programs of several ranks, in one JVM: {@link io.muster.testing.World} on a test, or
 * {@link io.muster.testing.Ranks} inside a test.
 */
package io.muster.testing;
