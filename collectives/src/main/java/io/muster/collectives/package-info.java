/**
 * Process groups and their collectives: the public API. {@link
 * io.muster.collectives.Distributed#initProcessGroup} makes the default {@link
 * io.muster.collectives.ProcessGroup}, whose operations read and write {@link
 * io.muster.collectives.Tensor}s.
 */
package io.muster.collectives;
