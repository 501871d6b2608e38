/** Direct memory: a pool of buffers, and a check which threads may access a buffer. */
package io.muster.collectives.internal.memory;
